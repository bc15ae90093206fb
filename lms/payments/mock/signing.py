"""How the demonstration gateway signs: HMAC-SHA256 over time, nonce and body."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from lms.core.crypto import derive_key

TIMESTAMP = "Mock-Pay-Timestamp"
NONCE = "Mock-Pay-Nonce"
SIGNATURE = "Mock-Pay-Signature"
LONGEST_AGE_SECONDS = 300


def merchant_key(secret_key: str) -> bytes:
    """The key that gateway and merchant share."""
    return derive_key(secret_key.encode(), "mock payment gateway")


def signed_headers(key: bytes, body: bytes, now_seconds: int) -> dict[str, str]:
    """Headers that prove `body`, as of now."""
    nonce = secrets.token_hex(16)
    timestamp = str(now_seconds)
    return {
        "Content-Type": "application/json",
        TIMESTAMP: timestamp,
        NONCE: nonce,
        SIGNATURE: _signature(key, timestamp, nonce, body),
    }


def is_genuine(key: bytes, headers: Mapping[str, str], body: bytes, now_seconds: int) -> bool:
    """Whether the headers prove `body` and are not older than five minutes."""
    timestamp, nonce = headers.get(TIMESTAMP, ""), headers.get(NONCE, "")
    given = headers.get(SIGNATURE, "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 16 and nonce):
        return False
    if abs(now_seconds - int(timestamp)) > LONGEST_AGE_SECONDS:
        return False
    expected = _signature(key, timestamp, nonce, body)
    return hmac.compare_digest(expected.encode(), given.encode())


def _signature(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    signed = b"\n".join((timestamp.encode(), nonce.encode(), body))
    return hmac.new(key, signed, hashlib.sha256).hexdigest()
