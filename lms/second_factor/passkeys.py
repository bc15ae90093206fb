"""Passkeys (WebAuthn Level 3): options for the browser, and what its answers must hold.

The options hold a challenge (challenges.py), which the caller takes back with the answer.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.vault import vault
from lms.config import Settings
from lms.core import clock
from lms.core.audit import AuditTag
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid
from lms.core.late import late
from lms.second_factor.challenges import CHALLENGE_FOR, put_challenge
from lms.second_factor.models import ChallengePurpose, Factor, Passkey
from lms.second_factor.queries import passkeys_of
from lms.second_factor.records import count_as_shown, hold_person, record_change
from lms.second_factor.rules import RelyingParty, relying_party

MOST_PASSKEYS = 10
LONGEST_NAME = 32
_LONGEST_CREDENTIAL_ID = 1023

if TYPE_CHECKING:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor
    from webauthn.registration.verify_registration_response import VerifiedRegistration


def _webauthn() -> Any:
    # It takes long to load, with all the makers' attestations, and few processes meet a passkey.
    return late("webauthn")


def _structs() -> Any:
    return late("webauthn.helpers.structs")


def party_here() -> RelyingParty | None:
    """The relying party of this installation; None if its address allows no passkeys."""
    settings: Settings = current_app.extensions["settings"]
    return relying_party(settings.public_url)


def options_to_add(person: Person) -> dict[str, Any]:
    """What the browser needs to make a passkey, as JSON. Raises Conflict if there are too many."""
    party, settings = _party(), current_app.extensions["settings"]
    known = passkeys_of(person.id)
    if len(known) >= MOST_PASSKEYS:
        raise Conflict(_l("通行密钥已达到上限，请先移除不再使用的。"))
    options = _webauthn().generate_registration_options(
        rp_id=party.id,
        rp_name=settings.issuer_name,
        user_id=_user_handle(person),
        user_name=person.username or person.masked_identity,
        user_display_name=person.name,
        challenge=put_challenge(person, ChallengePurpose.ADD),
        timeout=_timeout_ms(),
        authenticator_selection=_structs().AuthenticatorSelectionCriteria(
            resident_key=_structs().ResidentKeyRequirement.PREFERRED,
            user_verification=_structs().UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_descriptor(passkey) for passkey in known],
    )
    return _as_json(options)


def add_passkey(person: Person, challenge: bytes, answer: Any, name: str) -> Passkey:
    """Keep the passkey that the browser has made for this challenge.

    The session counts as one in which a factor was shown. Raises Invalid for an answer that proves
    nothing, Conflict for a passkey that is known already, or if the session is over.
    """
    hold_person(person)
    verified = _verify_new(challenge, answer)
    if len(verified.credential_id) > _LONGEST_CREDENTIAL_ID:
        raise _unproved()
    known = select(Passkey.id).where(Passkey.credential_id == verified.credential_id)
    if db.session.scalar(known) is not None:
        raise Conflict(_l("这个通行密钥已经添加过。"))
    count = len(passkeys_of(person.id))
    kinds = _structs().CredentialDeviceType
    passkey = Passkey(
        person_id=person.id,
        name=cleaned_name(name) or f"{Factor.PASSKEY.label} {count + 1}",
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(answer),
        may_be_backed_up=verified.credential_device_type is kinds.MULTI_DEVICE,
        is_backed_up=verified.credential_backed_up,
    )
    db.session.add(passkey)
    db.session.flush()
    count_as_shown(person)
    record_change(AuditTag.ACCOUNTS_FACTOR_ADD, person, Factor.PASSKEY, passkey=passkey.id)
    return passkey


def options_to_show(person: Person) -> dict[str, Any]:
    """What the browser needs to ask for one of the person's passkeys, as JSON."""
    options = _webauthn().generate_authentication_options(
        rp_id=_party().id,
        challenge=put_challenge(person, ChallengePurpose.SHOW),
        timeout=_timeout_ms(),
        allow_credentials=[_descriptor(passkey) for passkey in passkeys_of(person.id)],
        user_verification=_structs().UserVerificationRequirement.REQUIRED,
    )
    return _as_json(options)


def use_passkey(person_id: int, challenge: bytes, answer: Any) -> Passkey | None:
    """The passkey of the person that has signed the challenge; None if none has.

    One whose counter does not grow is refused: somebody has made a copy of it (WebAuthn 6.1.1).
    """
    passkey = _named_passkey(person_id, answer)
    if passkey is None:
        return None
    hold(passkey)
    party = _party()
    try:
        verified = _webauthn().verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception:
        # The answer is anybody's bytes: whatever the library stumbles over, nothing is proved.
        return None
    passkey.sign_count = verified.new_sign_count
    passkey.is_backed_up = verified.credential_backed_up
    passkey.last_used_at = clock.now()
    return passkey


def cleaned_name(name: str) -> str:
    """A name as it is kept: in one line, not too long."""
    return " ".join(name.split())[:LONGEST_NAME]


def _verify_new(challenge: bytes, answer: Any) -> "VerifiedRegistration":
    party = _party()
    if not isinstance(answer, dict):
        raise _unproved()
    try:
        verified: VerifiedRegistration = _webauthn().verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception:
        # As above: the answer is anybody's bytes.
        raise _unproved() from None
    return verified


def _named_passkey(person_id: int, answer: Any) -> Passkey | None:
    """The passkey that an answer names, if it is the person's."""
    raw_id = answer.get("rawId") if isinstance(answer, dict) else None
    if not isinstance(raw_id, str):
        return None
    try:
        credential_id: bytes = late("webauthn.helpers").base64url_to_bytes(raw_id)
    except ValueError:
        return None
    query = select(Passkey).where(
        Passkey.credential_id == credential_id, Passkey.person_id == person_id
    )
    return db.session.scalar(query)


def _as_json(options: Any) -> dict[str, Any]:
    told: dict[str, Any] = late("webauthn.helpers").options_to_json_dict(options)
    return told


@cache
def _known_transports() -> "dict[str, AuthenticatorTransport]":
    return {transport.value: transport for transport in _structs().AuthenticatorTransport}


def _descriptor(passkey: Passkey) -> "PublicKeyCredentialDescriptor":
    known = _known_transports()
    transports = [known[name] for name in passkey.transports if name in known]
    described: PublicKeyCredentialDescriptor = _structs().PublicKeyCredentialDescriptor(
        id=passkey.credential_id, transports=transports or None
    )
    return described


def _transports(answer: Any) -> list[str]:
    given = answer["response"].get("transports")
    return [name for name in _known_transports() if isinstance(given, list) and name in given]


def _user_handle(person: Person) -> bytes:
    # The authenticator shows it to other sites of the domain, so it tells nothing about anybody.
    return bytes.fromhex(vault().lookup_hash(f"passkey:{person.record_key}"))


def _party() -> RelyingParty:
    party = party_here()
    if party is None:
        raise Conflict(_l("本站的网址不支持通行密钥，请使用验证器应用。"))
    return party


def _timeout_ms() -> int:
    return round(CHALLENGE_FOR.total_seconds() * 1000)


def _unproved() -> Invalid:
    return Invalid(_l("没有收到可用的通行密钥，请再试一次。"))
