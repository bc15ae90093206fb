"""Key files: Ed25519 key pairs under var/keys, each made once and readable by its owner alone."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PEM = serialization.Encoding.PEM


def load_or_create_key(path: Path) -> Ed25519PrivateKey:
    """The private key in `path`, made at the first call.

    Two processes that start together end up with the same key: the file appears whole, under its
    name, once. Raises ValueError if the file holds something else.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, _private_pem(Ed25519PrivateKey.generate()))
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return key


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write_once(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, does not replace what another process has just put there.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def public_pem(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """The public key as PEM text."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def read_public_key(pem: str) -> Ed25519PublicKey:
    """The Ed25519 public key in PEM text; raises ValueError if it is none."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("no Ed25519 public key")
    return key


def pin_public_key(path: Path, pem: str) -> bool:
    """Keep a partner's public key in `path`, once.

    Returns False if another key is pinned there already: it is never replaced by itself.
    """
    wanted = public_pem(read_public_key(pem))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, wanted.encode())
    return path.read_text() == wanted
