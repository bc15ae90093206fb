"""What a platform asks to be entered, read and judged as far as nobody else must be asked."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from lms.accounts.enums import IdentityKind
from lms.accounts.identity import identity_hash
from lms.accounts.rules import is_identity_number, normalize_identity_number
from lms.accounts.vault import vault
from lms.core.enums import HourCategory
from lms.core.errors import DomainError, Invalid
from lms.hourbank.ledger import Line
from lms.hourbank.models import EntryKind, EntrySource
from lms.hourbank.parsing import refusal
from lms.hourbank.schemas import CreditSchema, ReversalSchema

_SCHEMAS = {EntryKind.CREDIT: CreditSchema(), EntryKind.REVERSAL: ReversalSchema()}
_KEY = re.compile(r"[ -~]{16,128}")
_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom a credit is for, as the platform names them."""

    identity_hash: str
    identity_kind: IdentityKind
    # Kept here no longer than the request lasts.
    identity_number: str
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """A credit or a reversal that is asked for under an idempotency key."""

    key: str
    # Keyed: a plain hash of a body with an identity number in it could be guessed.
    fingerprint: str
    kind: EntryKind
    reference: str
    # Of a credit.
    person: Somebody | None = None
    line: Line | None = None
    # Of a reversal.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item: its signed receipt, or why there is none."""

    receipt: str = ""
    refusal: DomainError | None = None


def read_item(kind: EntryKind, key: str, body: Mapping[str, Any]) -> Item:
    """The item in the body of a credit or reversal. Raises Invalid, which names the field."""
    try:
        facts = _SCHEMAS[kind].load(body)
    except ValidationError as error:
        raise refusal(error) from error
    return item_of(kind, key, body, facts)


def item_of(kind: EntryKind, key: str, body: Mapping[str, Any], facts: dict[str, Any]) -> Item:
    """The item of a body that was read. Raises Invalid for an identity number that is none."""
    check_key(key)
    fingerprint = vault().lookup_hash(f"{kind.value} {_canonical(body)}")
    if kind is EntryKind.REVERSAL:
        return Item(key, fingerprint, kind, facts["reference"], reason=facts["reason"])
    return Item(key, fingerprint, kind, facts["reference"], somebody(facts["person"]), _line(facts))


def check_key(key: str) -> None:
    """Raise Invalid for an idempotency key that is too short or long, or not plain ASCII."""
    if not _KEY.fullmatch(key):
        raise Invalid(
            _l("缺少 Idempotency-Key，或长度不在 16 到 128 之间。"), field="Idempotency-Key"
        )


def somebody(body: Mapping[str, Any]) -> Somebody:
    """The person in a body. Raises Invalid for an identity number that is none."""
    kind = IdentityKind(body["identity_kind"])
    number = normalize_identity_number(body["identity_number"], kind)
    if not is_identity_number(number, kind):
        raise Invalid(_l("证件号码不正确，请按证件核对。"), field="person.identity_number")
    return Somebody(identity_hash(number, kind), kind, number, body["name"])


def _line(facts: dict[str, Any]) -> Line:
    return Line(
        kind=EntryKind.CREDIT,
        year=facts["year"],
        category=HourCategory(facts["category"]),
        hours=facts["hours"],
        source=EntrySource(facts["source"]),
        reference=facts["reference"],
        certificate_number=facts["certificate_number"],
        title=facts["title"],
        earned_at=facts["earned_at"],
    )
