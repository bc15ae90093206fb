"""What the log holds of an entry: the RFC 9162 leaf hash over every one of its fields.

The person is named by a keyed hash that differs from entry to entry. A published leaf thus says
nothing about anybody, and nobody who can write to the database alone can make a leaf for an entry
of his own.
"""

import datetime as dt
import hashlib
import json
from typing import NamedTuple

from lms.core.crypto import Vault

_PREFIX = b"\x00"


class LeafFields(NamedTuple):
    """The fields of an entry in the order in which they are hashed, as plain values.

    `person_key` is from `person_key`; instants are from `instant_text`.
    """

    number: str
    person_key: str
    platform: str
    source: str
    kind: str
    year: int
    category: str
    hours_tenths: int
    reference: str
    certificate_number: str
    title: str
    policy: str
    claim_kind: str
    reason: str
    earned_at: str
    entered_at: str


_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def leaf_hash(fields: LeafFields) -> bytes:
    """SHA-256 over 0x00 and the fields as a JSON array without spaces, in ASCII."""
    return hashlib.sha256(_PREFIX + _encode(fields).encode()).digest()


def person_key(vault: Vault, record_key: str, number: str) -> str:
    """How the leaf of the entry `number` names the person with this record key."""
    return vault.lookup_hash(f"ledger entry:{number}:{record_key}")


def instant_text(instant: dt.datetime) -> str:
    """An instant in UTC with all six digits of its microseconds."""
    return instant.astimezone(dt.UTC).isoformat(timespec="microseconds")
