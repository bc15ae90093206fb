"""The key of each window, derived and never stored, and what it encrypts."""

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.padding import PKCS7

SECRET_BYTES = 32
KEY_BYTES = 16
_BLOCK_BITS = 128
_READ_BYTES = 1 << 20


def window_key(secret: bytes, version: int, window: int) -> bytes:
    """The 16 bytes of AES-128 that open window number `window` of package `version`.

    HKDF-SHA256 over the video's secret: a key tells nothing about any other key.
    """
    info = f"xueshi window key|{version}|{window}".encode()
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)


def segment_iv(sequence: int) -> bytes:
    """The IV of a segment whose playlist names none: its media sequence number (RFC 8216, 5.2)."""
    return sequence.to_bytes(16, "big")


def open_segment(sealed: bytes, key: bytes, sequence: int) -> bytes:
    """The plain bytes of a segment; raises ValueError if it is not of this key."""
    decryptor = Cipher(AES128(key), CBC(segment_iv(sequence))).decryptor()
    unpadder = PKCS7(_BLOCK_BITS).unpadder()
    padded = decryptor.update(sealed) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()


def encrypt_segment(source: Path, target: Path, key: bytes, sequence: int) -> int:
    """Write `source` to `target` in AES-128-CBC with PKCS7 padding; returns the bytes written."""
    encryptor = Cipher(AES128(key), CBC(segment_iv(sequence))).encryptor()
    padder = PKCS7(_BLOCK_BITS).padder()
    with source.open("rb") as plain, target.open("wb") as sealed:
        while piece := plain.read(_READ_BYTES):
            sealed.write(encryptor.update(padder.update(piece)))
        sealed.write(encryptor.update(padder.finalize()) + encryptor.finalize())
        return sealed.tell()
