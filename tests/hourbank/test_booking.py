import dataclasses
import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, Invalid
from lms.core.types import Hours
from lms.hourbank import booking, operations, queries
from lms.hourbank.booking import Booking
from lms.hourbank.models import BankPerson, EntryKind, EntrySource, LedgerEntry, Platform
from lms.hours.bank import platform_public_pem
from tests.factories import PersonFactory
from tests.factories.accounts import identity_number
from tests.hourbank.support import credit_body

CLAIMED = Booking(
    reference="claim-1-public",
    year=2025,
    category=HourCategory.PUBLIC,
    hours=Hours(175),
    source=EntrySource.CLAIM,
    policy="370400-2024",
    claim_kind="posting",
    title="援疆支医",
    certificate_number="鲁援〔2025〕1号",
    earned_at=dt.datetime(2025, 5, 1, tzinfo=dt.UTC),
    reason="",
)
OTHER = dataclasses.replace(
    CLAIMED, reference="claim-1-prof", category=HourCategory.PROFESSIONAL, hours=Hours(350)
)


@pytest.fixture
def person(app, clock):
    return PersonFactory(identity_number=identity_number(1))


def book(person, *bookings: Booking) -> list[LedgerEntry]:
    with transaction():
        return booking.book(person, bookings)


def sums(person) -> tuple[Hours, Hours]:
    kept = queries.sums_of(queries.person_by_hash(person.identity_hash), 2025)
    return kept[HourCategory.PUBLIC], kept[HourCategory.PROFESSIONAL]


def test_bookings_become_entries_in_order_with_all_they_say(person):
    first, second = book(person, CLAIMED, OTHER)
    assert (first.hours, second.hours) == (Hours(175), Hours(350))
    assert (first.policy, first.claim_kind, first.source) == (
        "370400-2024",
        "posting",
        EntrySource.CLAIM,
    )
    assert first.platform.code == booking.OWN_CODE
    assert sums(person) == (Hours(175), Hours(350))


def test_account_is_opened_once_and_holds_the_number_encrypted(person, platform):
    book(person, CLAIMED)
    platform.post("/credits", credit_body())
    (account,) = db.session.scalars(select(BankPerson))
    assert account.name == person.name
    assert identity_number(1).encode() not in account.identity_cipher
    assert sums(person)[0] == Hours(200)


def test_second_booking_of_a_reference_is_a_conflict_and_books_nothing(person):
    book(person, CLAIMED)
    with pytest.raises(Conflict):
        book(person, OTHER, CLAIMED)
    with pytest.raises(Conflict):
        book(person, OTHER, OTHER)
    assert sums(person) == (Hours(175), Hours(0))


def test_booking_of_no_hours_is_refused(person):
    with pytest.raises(Invalid):
        book(person, dataclasses.replace(CLAIMED, hours=Hours(0)))


def test_reversal_keeps_what_the_credit_said_and_happens_once(person):
    (credit,) = book(person, CLAIMED)
    with transaction():
        taken_back = booking.reverse(credit, "抽查不合格")
    assert (taken_back.kind, taken_back.hours) == (EntryKind.REVERSAL, Hours(-175))
    assert (taken_back.policy, taken_back.claim_kind) == (credit.policy, credit.claim_kind)
    assert taken_back.reason == "抽查不合格"
    assert sums(person)[0] == Hours(0)
    for entry in (credit, taken_back):
        with pytest.raises(Conflict), transaction():
            booking.reverse(entry, "again")


def test_credit_of_a_platform_is_reversed_in_its_name(platform, person):
    platform.post("/credits", credit_body())
    (credit,) = db.session.scalars(select(LedgerEntry))
    with transaction():
        assert booking.reverse(credit, "抽查").platform is credit.platform
    body = {"reference": "credit-1", "reason": "again"}
    assert platform.post("/reversals", body).status_code == 409


def test_own_platform_is_one_never_active_and_cannot_be_registered(app, settings):
    with transaction():
        assert booking.own_platform() is booking.own_platform()
    assert not booking.own_platform().is_active
    assert db.session.scalar(select(func.count(Platform.id))) == 1
    with pytest.raises(Conflict), transaction():
        operations.register_platform(booking.OWN_CODE, platform_public_pem(settings))
