"""Writing one line of the ledger and the sum that goes with it. Nothing else writes there."""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import CursorResult, func, select, update

from lms.accounts.vault import vault
from lms.core import clock
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank.models import Balance, BankPerson, EntryKind, LedgerEntry, Platform
from lms.hourbank.rules import leaf_hash

# Crockford's letters: none is taken for another when read out.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Line:
    """What an entry says, beside who, from where and when."""

    kind: EntryKind
    year: int
    category: HourCategory
    hours: Hours
    reference: str
    certificate_number: str
    title: str
    earned_at: dt.datetime
    reason: str = ""


def append(platform: Platform, person: BankPerson, line: Line) -> LedgerEntry:
    """Append a line and add it to the balance. The person's row must be locked by the caller."""
    entered_at = clock.now()
    number = f"{clock.today():%Y%m%d}-{''.join(secrets.choice(_LETTERS) for _ in range(10))}"
    entry = LedgerEntry(
        number=number,
        person=person,
        platform=platform,
        kind=line.kind,
        year=line.year,
        category=line.category,
        hours=line.hours,
        source_reference=line.reference,
        certificate_number=line.certificate_number,
        title=line.title,
        reason=line.reason,
        earned_at=line.earned_at,
        entered_at=entered_at,
        leaf_hash="",
    )
    entry.leaf_hash = leaf_of(entry, person)
    db.session.add(entry)
    _add_to_balance(person, line)
    db.session.flush()
    return entry


def leaf_of(entry: LedgerEntry, person: BankPerson) -> str:
    """The leaf hash that an entry must have."""
    return leaf_hash(
        entry.number,
        vault().lookup_hash(f"ledger person:{person.record_key}"),
        entry.kind.value,
        entry.year,
        entry.category.value,
        entry.hours.tenths,
        entry.entered_at,
    )


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


def problems() -> list[str]:
    """What is wrong: entries with another hash than theirs, balances that are not the sum."""
    found = [
        f"entry {entry.number}: the leaf hash does not match"
        for entry in db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))
        if entry.leaf_hash != leaf_of(entry, entry.person)
    ]
    kept = {(b.person_id, b.year, b.category): b.hours for b in db.session.scalars(select(Balance))}
    sums = _sums_of_entries()
    for key in sorted(kept.keys() | sums.keys(), key=str):
        if kept.get(key, Hours(0)) != sums.get(key, Hours(0)):
            person_id, year, category = key
            found.append(
                f"person {person_id}, {year}, {category.value}: the balance is not the sum"
            )
    return found


def _sums_of_entries() -> dict[tuple[int, int, HourCategory], Hours]:
    group = (LedgerEntry.person_id, LedgerEntry.year, LedgerEntry.category)
    rows = db.session.execute(select(*group, func.sum(LedgerEntry.hours)).group_by(*group))
    return {(person_id, year, category): hours for person_id, year, category, hours in rows}
