"""The keys that sign certificates: an own root, and under it one signer for each year.

All are P-256 and made once, at first use, into var/keys/<authority>, readable by the owner alone:
the platform signs completion certificates, the hour bank its own, each under a root of its own.
An own root shows as an unknown signer in common PDF readers; a licensed certificate (电子签名法,
article 16) or a hardware key replaces it behind `load_signing_keys` without a change elsewhere.
"""

import datetime as dt
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import current_app

from lms.core import clock
from lms.documents.fonts import file_lock

# Who signs; each in a folder of keys of this name.
PLATFORM, BANK = "certificates", "statements"
ROOT_YEARS = 30
# A signer signs for one year; its signatures can be checked for ten more.
SIGNER_YEARS = 11


@dataclass(frozen=True)
class KeyPair:
    """A private key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class SigningKeys:
    """This year's signer, and the root that vouches for it."""

    root: x509.Certificate
    signer: KeyPair


def keys_dir(authority: str = PLATFORM) -> Path:
    """Where the keys of an authority are kept."""
    return Path(current_app.extensions["settings"].var_dir) / "keys" / authority


def load_signing_keys(authority: str = PLATFORM) -> SigningKeys:
    """The root and the signer of the present year, made if they are missing, kept loaded."""
    issuer = current_app.extensions["settings"].issuer_name
    return load_keys(keys_dir(authority), clock.today().year, issuer)


def load_root(authority: str = PLATFORM) -> x509.Certificate:
    """The root certificate alone, against which signatures are checked."""
    return load_signing_keys(authority).root


@lru_cache(maxsize=8)
def load_keys(folder: Path, year: int, issuer: str) -> SigningKeys:
    """The root and the signer of `year` kept in `folder`, made if they are missing."""
    with file_lock(folder / "keys.lock"):
        folder.chmod(0o700)
        root = _pair(folder, "root") or _make_root(folder, issuer)
        signer = _pair(folder, f"signer-{year}") or _make_signer(folder, issuer, year, root)
    return SigningKeys(root.certificate, signer)


def _pair(folder: Path, name: str) -> KeyPair | None:
    path = folder / f"{name}.pem"
    if not path.exists():
        return None
    content = path.read_bytes()
    key = serialization.load_pem_private_key(content, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} holds no elliptic curve key")
    return KeyPair(key, x509.load_pem_x509_certificate(content))


def _save(folder: Path, name: str, pair: KeyPair) -> KeyPair:
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = pair.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    draft = folder / f".{name}.draft"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(private + pair.certificate.public_bytes(encoding))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / f"{name}.pem")
    return pair


def _name(issuer: str, role: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, issuer[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, role),
        ]
    )


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, years: int
) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A day early, for the clocks of those who check.
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _usage(*, signs_documents: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_documents,
        content_commitment=signs_documents,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs_documents,
        crl_sign=not signs_documents,
        encipher_only=False,
        decipher_only=False,
    )


def _make_root(folder: Path, issuer: str) -> KeyPair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(issuer, "Certificate Root")
    certificate = (
        _builder(name, key, ROOT_YEARS)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(_usage(signs_documents=False), True)
        .sign(key, hashes.SHA256())
    )
    return _save(folder, "root", KeyPair(key, certificate))


def _make_signer(folder: Path, issuer: str, year: int, root: KeyPair) -> KeyPair:
    key = ec.generate_private_key(ec.SECP256R1())
    root_key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key())
    certificate = (
        _builder(_name(issuer, f"Certificate Signer {year}"), key, SIGNER_YEARS)
        .issuer_name(root.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_usage(signs_documents=True), True)
        .add_extension(root_key_id, False)
        .sign(root.key, hashes.SHA256())
    )
    return _save(folder, f"signer-{year}", KeyPair(key, certificate))
