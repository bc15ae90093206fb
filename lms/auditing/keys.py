"""The key that signs seals, and those whose seals are believed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lms.auditing import rules
from lms.config import Settings
from lms.core.keys import load_or_create_key, public_pem, read_public_key

KeyRing = dict[str, Ed25519PublicKey]


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The key of this installation, made at first use under var/keys."""
    return load_or_create_key(settings.var_path / "keys" / "audit-ed25519.pem")


def key_id(key: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the raw public key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def key_ring(settings: Settings, others: Iterable[Path] = ()) -> KeyRing:
    """The present key and the public keys in `others` (PEM), for seals made before a new key."""
    public = [signing_key(settings).public_key()]
    public += [read_public_key(path.read_text()) for path in others]
    return {key_id(key): key for key in public}


def public_key_pem(settings: Settings) -> str:
    """The public key, to be kept where nobody of this machine can change it."""
    return public_pem(signing_key(settings))


def is_signed(seal: rules.Seal, signature: str, ring: KeyRing) -> bool:
    """Whether one of the ring's keys signed the seal."""
    key = ring.get(seal.key_id)
    try:
        if key is not None:
            key.verify(bytes.fromhex(signature), rules.signed_bytes(seal))
            return True
    except (InvalidSignature, ValueError):
        pass
    return False
