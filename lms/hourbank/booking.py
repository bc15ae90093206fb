"""The bank's own bookings: what it decided itself, on a claim or a transfer.

They are entries like any other and belong to a platform of the bank's own, which nobody signs for.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts.identity import IdentityPurpose, read_identity_number
from lms.accounts.models import Person
from lms.accounts.vault import vault
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, Invalid
from lms.core.types import ZERO_HOURS, Hours
from lms.hourbank import ledger
from lms.hourbank.models import BankPerson, EntryKind, EntrySource, LedgerEntry, Platform
from lms.hourbank.sql import Sql

# Registered by no one: its entries are made by this module alone.
OWN_CODE = "hourbank"


@dataclass(frozen=True)
class Booking:
    """Hours that the bank decided to recognise."""

    # The bank's own name of what was decided; a second booking under it is a conflict.
    reference: str
    year: int
    category: HourCategory
    hours: Hours
    source: EntrySource
    policy: str
    claim_kind: str
    # What was learned, as statements print it.
    title: str
    # Of the evidence; may be empty.
    certificate_number: str
    earned_at: dt.datetime
    # Why some of what was asked for is not in here; empty if all is.
    reason: str = ""


def book(person: Person, bookings: Sequence[Booking]) -> list[LedgerEntry]:
    """Enter hours for a person, inside the caller's transaction; the entries in the same order.

    Opens the person's account if there is none. Raises Conflict if a reference was booked before,
    Invalid for hours that are not more than 0.
    """
    account, platform = lock_account(person), own_platform()
    _refuse_wrong(platform, bookings)
    return _written(platform, account, [_line(booking) for booking in bookings])


def reverse(entry: LedgerEntry, reason: str) -> LedgerEntry:
    """Take a credit back by a second entry, inside the caller's transaction.

    Raises Conflict if it is reversed already, or is a reversal itself.
    """
    if entry.kind is not EntryKind.CREDIT:
        raise Conflict(_l("冲销记录不能再冲销。"))
    account = _locked(entry.person_id)
    if is_reversed(entry):
        raise Conflict(_l("这条学时已经冲销。"))
    (taken_back,) = _written(
        entry.platform, account, [ledger.reversal_of(ledger.line_of(entry), reason)]
    )
    return taken_back


def lock_account(person: Person) -> BankPerson:
    """Lock the person's account until the transaction ends; opens it if there is none.

    Balances that are read afterwards stay as they are read.
    """
    return _locked(_account_id(person) or _open_account(person))


def own_platform() -> Platform:
    """The platform to which the bank's own decisions belong; made at first use."""
    found = _own()
    if found is None:
        try:
            with db.session.begin_nested():
                db.session.add(Platform(code=OWN_CODE, public_key="", is_active=False))
        except IntegrityError:
            # Another transaction has just made it.
            pass
        found = _own()
        assert found is not None
    return found


def is_reversed(credit: LedgerEntry) -> bool:
    """Whether a credit was taken back."""
    query = select(LedgerEntry.id).where(
        LedgerEntry.platform_id == credit.platform_id,
        LedgerEntry.source_reference == credit.source_reference,
        LedgerEntry.kind == EntryKind.REVERSAL,
    )
    return db.session.scalar(query) is not None


def _own() -> Platform | None:
    return db.session.scalar(select(Platform).where(Platform.code == OWN_CODE))


def _refuse_wrong(platform: Platform, bookings: Sequence[Booking]) -> None:
    if any(booking.hours <= ZERO_HOURS for booking in bookings):
        raise Invalid(_l("入账学时必须大于 0。"), field="hours")
    references = [booking.reference for booking in bookings]
    booked = select(LedgerEntry.id).where(
        LedgerEntry.platform_id == platform.id,
        LedgerEntry.kind == EntryKind.CREDIT,
        LedgerEntry.source_reference.in_(references),
    )
    if len(set(references)) < len(references) or db.session.scalar(booked.limit(1)) is not None:
        raise Conflict(_l("这条学时已经入账。"))


def _written(
    platform: Platform, person: BankPerson, lines: Sequence[ledger.Line]
) -> list[LedgerEntry]:
    account = ledger.Account(person.id, person.record_key)
    reporter = ledger.Reporter(platform.id, platform.code)
    sql = Sql.of_session()
    written = ledger.write(sql, reporter, [(account, line) for line in lines])
    ids = [each.id for each in written]
    query = select(LedgerEntry).where(LedgerEntry.id.in_(ids)).order_by(LedgerEntry.id)
    return list(db.session.scalars(query))


def _line(booking: Booking) -> ledger.Line:
    return ledger.Line(
        kind=EntryKind.CREDIT,
        year=booking.year,
        category=booking.category,
        hours=booking.hours,
        source=booking.source,
        reference=booking.reference,
        certificate_number=booking.certificate_number,
        title=booking.title,
        earned_at=booking.earned_at,
        policy=booking.policy,
        claim_kind=booking.claim_kind,
        reason=booking.reason,
    )


def _account_id(person: Person) -> int | None:
    query = select(BankPerson.id).where(BankPerson.identity_hash == person.identity_hash)
    return db.session.scalar(query)


def _open_account(person: Person) -> int:
    record_key = secrets.token_hex(16)
    number = read_identity_number(person, IdentityPurpose.BANK, None)
    try:
        with db.session.begin_nested():
            db.session.add(
                BankPerson(
                    record_key=record_key,
                    name=person.name,
                    identity_kind=person.identity_kind.value,
                    identity_cipher=vault().encrypt(number, f"bank-person:{record_key}"),
                    identity_hash=person.identity_hash,
                )
            )
    except IntegrityError:
        # A platform has just reported the person's first hours.
        pass
    found = _account_id(person)
    assert found is not None
    return found


def _locked(person_id: int) -> BankPerson:
    return db.session.get_one(BankPerson, person_id, with_for_update=True, populate_existing=True)
