"""Writing one line of the ledger and the sum that goes with it. Nothing else writes there."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import CursorResult, update

from lms.accounts.vault import vault
from lms.core import clock
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.leaves import LeafFields, instant_text, leaf_hash, person_key
from lms.hourbank.models import (
    Balance,
    BankPerson,
    EntryKind,
    EntrySource,
    LedgerEntry,
    Platform,
)

# Crockford's letters: none is taken for another when read out.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Line:
    """What an entry says, beside who, from where and when."""

    kind: EntryKind
    year: int
    category: HourCategory
    hours: Hours
    source: EntrySource
    reference: str
    certificate_number: str
    title: str
    earned_at: dt.datetime
    policy: str = ""
    claim_kind: str = ""
    reason: str = ""


def reversal_of(credit: LedgerEntry, reason: str) -> Line:
    """The line that takes a credit back."""
    return Line(
        kind=EntryKind.REVERSAL,
        year=credit.year,
        category=credit.category,
        hours=-credit.hours,
        source=credit.source,
        reference=credit.source_reference,
        certificate_number=credit.certificate_number,
        title=credit.title,
        earned_at=credit.earned_at,
        policy=credit.policy,
        claim_kind=credit.claim_kind,
        reason=reason,
    )


def append(platform: Platform, person: BankPerson, line: Line) -> LedgerEntry:
    """Append a line and add it to the balance. The person's row must be locked by the caller."""
    entered_at = clock.now()
    entry = LedgerEntry(
        number=new_number(entered_at),
        person=person,
        platform=platform,
        kind=line.kind,
        year=line.year,
        category=line.category,
        hours=line.hours,
        source=line.source,
        source_reference=line.reference,
        certificate_number=line.certificate_number,
        title=line.title,
        policy=line.policy,
        claim_kind=line.claim_kind,
        reason=line.reason,
        earned_at=line.earned_at,
        entered_at=entered_at,
        leaf_hash="",
    )
    entry.leaf_hash = leaf_of(entry)
    db.session.add(entry)
    _add_to_balance(person, line)
    db.session.flush()
    return entry


def new_number(entered_at: dt.datetime) -> str:
    """A number for an entry: its day in Shanghai, and fifty random bits."""
    day = entered_at.astimezone(clock.SHANGHAI)
    return f"{day:%Y%m%d}-{''.join(secrets.choice(_LETTERS) for _ in range(10))}"


def leaf_of(entry: LedgerEntry) -> str:
    """The leaf hash that an entry must have, in hexadecimal."""
    fields = LeafFields(
        number=entry.number,
        person_key=person_key(vault(), entry.person.record_key, entry.number),
        platform=entry.platform.code,
        source=entry.source.value,
        kind=entry.kind.value,
        year=entry.year,
        category=entry.category.value,
        hours_tenths=entry.hours.tenths,
        reference=entry.source_reference,
        certificate_number=entry.certificate_number,
        title=entry.title,
        policy=entry.policy,
        claim_kind=entry.claim_kind,
        reason=entry.reason,
        earned_at=instant_text(entry.earned_at),
        entered_at=instant_text(entry.entered_at),
    )
    return leaf_hash(fields).hex()


def _add_to_balance(person: BankPerson, line: Line) -> None:
    added = db.session.execute(
        update(Balance)
        .where(
            Balance.person_id == person.id,
            Balance.year == line.year,
            Balance.category == line.category,
        )
        .values(hours=Balance.hours + line.hours)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(added, CursorResult)
    if added.rowcount == 0:
        balance = Balance(
            person_id=person.id, year=line.year, category=line.category, hours=line.hours
        )
        db.session.add(balance)
