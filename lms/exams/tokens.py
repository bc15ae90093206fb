"""The paper's token: which attempt may be answered from which session, signed as the page is made.

It is bound to the session, which is asked for with every answer; by itself it opens nothing.
"""

import base64
import binascii
import hashlib
import hmac
import struct

from lms.core.crypto import derive_key

# The attempt and the session, 8 bytes each.
_TERMS = struct.Struct(">qq")
_SIGNATURE_BYTES = 16


class PaperSigner:
    """Makes and checks the tokens of papers."""

    def __init__(self, secret_key: str) -> None:
        self._key = derive_key(secret_key.encode(), "paper token")

    def sign(self, attempt_id: int, session_id: int) -> str:
        """The token with which this session answers this attempt."""
        body = _TERMS.pack(attempt_id, session_id)
        return base64.urlsafe_b64encode(self._signature(body) + body).decode().rstrip("=")

    def read(self, token: str) -> tuple[int, int] | None:
        """Attempt and session of a token; None if it is forged or damaged."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if len(body) != _TERMS.size or not hmac.compare_digest(signature, self._signature(body)):
            return None
        attempt_id, session_id = _TERMS.unpack(body)
        return attempt_id, session_id

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)[:_SIGNATURE_BYTES]
