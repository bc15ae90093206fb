"""Receipts: what the bank says, signed with its own key (JWS, Ed25519 as RFC 9864 names it)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app
from joserfc import jws
from joserfc.jwk import OKPKey

from lms.config import Settings
from lms.core.keys import load_or_create_key, public_pem


def bank_key_path(settings: Settings) -> Path:
    """Where the bank keeps its private key."""
    return settings.var_path / "keys" / "bank-ed25519.pem"


def public_key_pem(settings: Settings) -> str:
    """The bank's public key, which platforms pin; the pair is made at first use."""
    return public_pem(load_or_create_key(bank_key_path(settings)))


@cache
def _signing_key(path: Path) -> OKPKey:
    load_or_create_key(path)
    return OKPKey.import_key(path.read_bytes())


def sign_claims(claims: dict[str, Any]) -> str:
    """A compact JWS over `claims`."""
    key = _signing_key(bank_key_path(current_app.extensions["settings"]))
    payload = json.dumps(claims, ensure_ascii=False, sort_keys=True)
    return jws.serialize_compact(
        {"alg": "Ed25519", "typ": "xueshi-receipt+jws"}, payload, key, algorithms=["Ed25519"]
    )
