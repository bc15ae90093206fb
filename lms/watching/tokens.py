"""The watch token: who may ask for which film's keys or which pages, on which terms, signed.

It is checked by arithmetic alone, so that releasing a key loads no session, person or lesson.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import astuple, dataclass
from typing import Any

from lms.core.crypto import derive_key

# person, lease, progress, video: 8 bytes each; version, windows, their length, the last one's;
# pace; closing, expiry, beginning of the lesson. The address of the film or the pages follows.
_TERMS = struct.Struct(">qqqqIIIIBqqq")
_SIGNATURE_BYTES = 16
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class WatchTerms:
    """What the token says. Instants and lengths are in milliseconds; 0 closes_at: never.

    `video_id` is 0 for pages to read: no key is to be had by such a token, and no page by another.
    """

    person_id: int
    lease: int
    progress_id: int
    video_id: int
    package_version: int
    window_count: int
    window_ms: int
    last_window_ms: int
    pace_tenths: int
    closes_at_ms: int
    expires_at_ms: int
    started_at_ms: int
    public_id: str

    @property
    def is_reading(self) -> bool:
        """Whether its windows are pages."""
        return self.video_id == 0

    def length_ms(self, window: int) -> int:
        """The length of a window; the last one takes the rest."""
        return self.last_window_ms if window == self.window_count - 1 else self.window_ms


class TokenSigner:
    """Makes and checks watch tokens."""

    def __init__(self, secret_key: str) -> None:
        self._key = derive_key(secret_key.encode(), "watch token")

    def sign(self, terms: WatchTerms) -> str:
        """The token for these terms."""
        *numbers, public_id = astuple(terms)
        body = _TERMS.pack(*numbers) + public_id.encode()
        return base64.urlsafe_b64encode(self._signature(body) + body).decode().rstrip("=")

    def read(self, token: str, now_ms: int) -> WatchTerms | None:
        """What the token says, or None if it is forged, damaged or expired."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if len(token) > _LONGEST or not hmac.compare_digest(signature, self._signature(body)):
            return None
        values: tuple[Any, ...] = (*_TERMS.unpack_from(body), body[_TERMS.size :].decode())
        terms = WatchTerms(*values)
        return terms if terms.expires_at_ms > now_ms else None

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)[:_SIGNATURE_BYTES]
