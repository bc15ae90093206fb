"""What an authenticator's codes look like, and where passkeys work."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

CODE_DIGITS = 6
RECOVERY_CODES = 10
_TOTP_CODE = re.compile(rf"[0-9]{{{CODE_DIGITS}}}")


def is_totp_code(code: str) -> bool:
    """Whether a normalized code has the form of an authenticator's."""
    return _TOTP_CODE.fullmatch(code) is not None


@dataclass(frozen=True)
class RelyingParty:
    """To whom passkeys of this site belong (WebAuthn 5.1.2): a domain, and the origin of pages."""

    id: str
    origin: str


def relying_party(public_url: str) -> RelyingParty | None:
    """The relying party of a site at `public_url`; None where browsers offer no passkeys.

    Passkeys belong to a domain, so a site at a bare IP address has none. One's own machine is also
    called "localhost", which is a domain: there passkeys work under that name.
    """
    parts = urlsplit(public_url)
    host = (parts.hostname or "").lower()
    address = _address(host)
    if address is not None and not address.is_loopback:
        return None
    domain = "localhost" if address is not None else host
    if not domain or (parts.scheme != "https" and domain != "localhost"):
        return None
    port = f":{parts.port}" if parts.port else ""
    return RelyingParty(domain, f"{parts.scheme}://{domain}{port}")


def is_origin_of(party: RelyingParty, host: str) -> bool:
    """Whether a page asked for at this Host ("localhost:8000") is one of the party's origin."""
    return urlsplit(party.origin).netloc == host.lower()


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
