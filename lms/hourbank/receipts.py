"""What the bank vouches for with its own key: receipts and heads of the log, as compact JWS.

The algorithm is Ed25519 as RFC 9864 names it. Written out here and not left to a library, because
a receipt is made for every credit: the header never changes, and the signature is one call.
"""

import json
from base64 import urlsafe_b64encode
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

from lms.config import Settings
from lms.core import clock
from lms.core.keys import load_or_create_key, public_pem
from lms.core.types import Hours
from lms.hourbank.policies import requirement_for
from lms.hourbank.rules import shortfall

RECEIPT, HEAD = "xueshi-receipt+jws", "xueshi-head+jws"
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def bank_key_path(settings: Settings) -> Path:
    """Where the bank keeps its private key."""
    return settings.var_path / "keys" / "bank-ed25519.pem"


def public_key_pem(settings: Settings) -> str:
    """The bank's public key, which platforms pin; the pair is made at first use."""
    return public_pem(load_or_create_key(bank_key_path(settings)))


@cache
def _signing_key(path: Path) -> Ed25519PrivateKey:
    return load_or_create_key(path)


@cache
def _header(kind: str) -> bytes:
    return _base64(_encode({"alg": "Ed25519", "typ": kind}).encode())


def sign_claims(claims: dict[str, Any], kind: str = RECEIPT) -> str:
    """A compact JWS over `claims`."""
    key = _signing_key(bank_key_path(current_app.extensions["settings"]))
    signed = _header(kind) + b"." + _base64(_encode(claims).encode())
    return (signed + b"." + _base64(key.sign(signed))).decode()


def statement_words(year: int, public: Hours, professional: Hours) -> dict[str, Any]:
    """Sums, requirement and shortfall of a year, in tenths of an hour, and the moment they hold."""
    required = requirement_for(year)
    short = shortfall(public, professional, required)
    return {
        "year": year,
        "as_of": clock.now().isoformat(),
        "public_tenths": public.tenths,
        "professional_tenths": professional.tenths,
        "required_public_tenths": required.public.tenths,
        "required_professional_tenths": required.professional.tenths,
        "required_total_tenths": required.total.tenths,
        "short_public_tenths": short.public.tenths,
        "short_professional_tenths": short.professional.tenths,
        "short_total_tenths": short.total.tenths,
    }


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
