"""Identity numbers and phones at rest, and the one way to a whole identity number."""

import re
from typing import Any

from cryptography.exceptions import InvalidTag
from flask_babel import lazy_gettext as _l

from lms.accounts.enums import IdentityKind
from lms.accounts.models import Person
from lms.accounts.rules import identity_key, shown_ends
from lms.accounts.vault import vault
from lms.core.audit import AuditTag, record
from lms.core.enums import LabelledEnum

# Of passports and permits.
_LENGTHS = range(5, 18)


class IdentityPurpose(LabelledEnum):
    """Why somebody reads a whole identity number; it stands in the audit trail."""

    ARCHIVE = "archive", _l("对照人事档案")
    BANK = "bank", _l("向学时银行推送学时")
    REVIEW = "review", _l("核对人员信息")
    TITLE = "title", _l("职称评审报送")


def seal_identity_number(kind: IdentityKind, number: str, record_key: str) -> dict[str, Any]:
    """The columns that keep a normalized number: kind, cipher, keyed hash, and the shown ends."""
    head, tail = shown_ends(number)
    return {
        "identity_kind": kind,
        "identity_cipher": vault().encrypt(number, f"person:{record_key}"),
        "identity_hash": vault().lookup_hash(identity_key(number, kind)),
        "identity_head": head,
        "identity_tail": tail,
    }


def seal_phone(phone: str | None, record_key: str) -> dict[str, Any]:
    """The columns that keep a normalized phone; all None without one."""
    if not phone:
        return {"phone_cipher": None, "phone_hash": None, "phone_tail": None}
    return {
        "phone_cipher": vault().encrypt(phone, f"phone:{record_key}"),
        "phone_hash": phone_hash(phone),
        "phone_tail": phone[-4:],
    }


def identity_hash(number: str, kind: IdentityKind) -> str:
    """The keyed hash by which a normalized number is found."""
    return vault().lookup_hash(identity_key(number, kind))


def is_sealed_number_of(cell: bytes, record: str, kind: IdentityKind, kept_hash: str) -> bool:
    """Whether a sealed number is the one that a hash was taken of.

    The number is handed to nobody, so that nothing is recorded.
    """
    try:
        return identity_hash(vault().decrypt(cell, record), kind) == kept_hash
    except (InvalidTag, ValueError):
        return False


def phone_hash(phone: str) -> str:
    """The keyed hash by which a normalized phone is found."""
    return vault().lookup_hash(f"phone:{phone}")


def read_phone(person: Person) -> str | None:
    """The whole phone, to send a message to; None without one."""
    if person.phone_cipher is None:
        return None
    return vault().decrypt(person.phone_cipher, f"phone:{person.record_key}")


def guessable_pieces(person: Person, password: str) -> list[str]:
    """Parts of the number that `password` may be made of, to compare with, never to show.

    The number stays sealed: known are the ends that are shown, and what stands in the password
    itself is recognized by the keyed hash.
    """
    # Digits before the tail count as the number's own: people choose its last six or eight.
    ends = re.findall(rf"[0-9]{{0,8}}{re.escape(person.identity_tail)}", password, re.IGNORECASE)
    return [person.identity_head, *ends, *_typed_pieces(person, password)]


def _typed_pieces(person: Person, password: str) -> list[str]:
    """The person's birthday and number if `password` holds the birthday, or a foreign number."""
    if person.identity_kind is not IdentityKind.RESIDENT:
        typed = [each for length in _LENGTHS for each in _stretches(password, length)]
        return [each for each in typed if _is_number_of(person, each.upper())]
    short = [century + each for century in ("19", "20") for each in _stretches(password, 6)]
    for birthday in (*_stretches(password, 8), *short):
        number = person.identity_head + birthday + person.identity_tail
        if _is_number_of(person, number):
            return [number, birthday, birthday[2:]]
    return []


def _stretches(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(len(text) - length + 1)]


def _is_number_of(person: Person, number: str) -> bool:
    return identity_hash(number, person.identity_kind) == person.identity_hash


def read_identity_number(
    person: Person, purpose: IdentityPurpose, actor_id: int | None, **detail: Any
) -> str:
    """The whole number. Every reading is recorded; call it inside a transaction that commits."""
    record(
        AuditTag.ACCOUNTS_IDENTITY_READ,
        actor_id,
        f"person:{person.id}",
        organization_id=person.unit_id,
        purpose=purpose.value,
        **detail,
    )
    return vault().decrypt(person.identity_cipher, f"person:{person.record_key}")
