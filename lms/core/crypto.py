"""Encryption of identity numbers and of secrets at rest, and keyed look-up hashes.

Keys are derived from LMS_IDENTITY_KEY and LMS_SECRET_KEY by HKDF with a purpose each, so that no
key serves two ends. The record a cell belongs to is bound in: a cell moved to another row fails.
"""

import hmac
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_ID = b"\x01"
_NONCE_BYTES = 12


def derive_key(master: bytes, purpose: str, length: int = 32) -> bytes:
    """A key of `length` bytes for one purpose, by HKDF-SHA256."""
    hkdf = HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=purpose.encode())
    return hkdf.derive(master)


class Vault:
    """Encrypts short texts and finds them again by a keyed hash."""

    def __init__(self, master: bytes) -> None:
        self._cipher = AESGCM(derive_key(master, "vault encryption"))
        self._lookup_key = derive_key(master, "vault look-up")

    def encrypt(self, text: str | bytes, record: str) -> bytes:
        """Key id, nonce and AES-256-GCM ciphertext of `text`, bound to `record`."""
        data = text.encode() if isinstance(text, str) else text
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return KEY_ID + nonce + self._cipher.encrypt(nonce, data, record.encode())

    def decrypt_bytes(self, cell: bytes, record: str) -> bytes:
        """What `encrypt` was given; raises InvalidTag if the cell or the record is another."""
        nonce, body = cell[1 : 1 + _NONCE_BYTES], cell[1 + _NONCE_BYTES :]
        return self._cipher.decrypt(nonce, body, record.encode())

    def decrypt(self, cell: bytes, record: str) -> str:
        """Like decrypt_bytes, for text."""
        return self.decrypt_bytes(cell, record).decode()

    def lookup_hash(self, text: str) -> str:
        """A keyed hash for equality search; useless without the key."""
        return hmac.digest(self._lookup_key, text.encode(), "sha256").hex()
