"""Sums, entries and people of the bank."""

import datetime as dt

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from lms.accounts.enums import IdentityKind
from lms.accounts.identity import identity_hash
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import ZERO_HOURS, Hours
from lms.hourbank.models import Balance, BankPerson, LedgerEntry, StoredAnswer


def find_person(identity_number: str, kind: IdentityKind) -> BankPerson | None:
    """The person with this identity number, if the bank has hours of theirs."""
    return person_by_hash(identity_hash(identity_number, kind))


def person_by_hash(identity_hash: str) -> BankPerson | None:
    """The person by the keyed hash of the identity number, which accounts share."""
    return db.session.scalar(select(BankPerson).where(BankPerson.identity_hash == identity_hash))


def sums_of(person: BankPerson | None, year: int) -> dict[HourCategory, Hours]:
    """The hours of each category in a year; zero where there are none."""
    sums = dict.fromkeys(HourCategory, ZERO_HOURS)
    if person is not None:
        query = select(Balance.category, Balance.hours)
        rows = db.session.execute(query.where(Balance.person_id == person.id, Balance.year == year))
        sums.update({row.category: row.hours for row in rows})
    return sums


def sums_at(
    person: BankPerson | None, year: int, instant: dt.datetime
) -> dict[HourCategory, Hours]:
    """The hours of each category in a year as they stood at an instant, from the entries alone."""
    sums = dict.fromkeys(HourCategory, ZERO_HOURS)
    if person is not None:
        query = select(LedgerEntry.category, func.sum(LedgerEntry.hours).label("hours")).where(
            LedgerEntry.person_id == person.id,
            LedgerEntry.year == year,
            LedgerEntry.entered_at <= instant,
        )
        rows = db.session.execute(query.group_by(LedgerEntry.category))
        sums.update({row.category: row.hours for row in rows})
    return sums


def years_of(person: BankPerson) -> list[int]:
    """The years with entries, newest first."""
    query = select(LedgerEntry.year).where(LedgerEntry.person_id == person.id).distinct()
    return sorted(db.session.scalars(query), reverse=True)


def entries_of(person: BankPerson, year: int) -> list[LedgerEntry]:
    """The person's entries of a year, newest first."""
    query = select(LedgerEntry).options(joinedload(LedgerEntry.platform))
    query = query.where(LedgerEntry.person_id == person.id, LedgerEntry.year == year)
    return list(db.session.scalars(query.order_by(LedgerEntry.id.desc())))


def ledger() -> Select[LedgerEntry]:
    """Every entry, with person and platform."""
    return select(LedgerEntry).options(
        joinedload(LedgerEntry.person), joinedload(LedgerEntry.platform)
    )


def stored_answer(platform_id: int, idempotency_key: str) -> StoredAnswer | None:
    """What this platform was answered under the key."""
    return db.session.scalar(
        select(StoredAnswer).where(
            StoredAnswer.platform_id == platform_id,
            StoredAnswer.idempotency_key == idempotency_key,
        )
    )
