"""R8: whoever alters ledger or log by plain SQL is found, and what was altered is named."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.keys import public_pem
from lms.core.types import Hours
from lms.hourbank import booking, operations
from lms.hourbank.booking import Booking
from lms.hourbank.log import tasks, verification
from lms.hourbank.models import EntrySource, LedgerEntry
from tests.factories import PersonFactory
from tests.factories.accounts import identity_number
from tests.hourbank.support import credit_body, person_body
from tests.hourbank.tampering import disarm, tamperings

CLAIMED = Booking(
    reference="claim-1",
    year=2025,
    category=HourCategory.PROFESSIONAL,
    hours=Hours(240),
    source=EntrySource.CLAIM,
    policy="370800-2022",
    claim_kind="training",
    title="培训",
    certificate_number="证2",
    earned_at=dt.datetime(2025, 5, 1, tzinfo=dt.UTC),
    reason="每天最多 8 学时，6 学时不予认定",
)


def _credit(number: int, person: dict[str, str]) -> dict[str, Any]:
    return credit_body(reference=f"credit-{number}", title=f"第{number}讲", person=person)


@pytest.fixture
def ledger_of_ten(platform, clock, settings) -> int:
    """Two people, two platforms and the bank's own, a reversal, two heads; the last entry's id."""
    with transaction():
        operations.register_platform("other", public_pem(Ed25519PrivateKey.generate()))
    for number in range(1, 9):
        person = person_body(1 + number % 2)
        platform.post("/credits", _credit(number, person))
        clock.advance(minutes=1)
    with transaction():
        booking.book(PersonFactory(identity_number=identity_number(2)), [CLAIMED])
    tasks.give_places.run()
    tasks.sign_new_head.run()
    platform.post("/reversals", {"reference": "credit-3", "reason": "抽查不合格"})
    tasks.give_places.run()
    tasks.sign_new_head.run()
    return db.session.scalar(select(func.max(LedgerEntry.id)))


def test_every_tampering_is_found_and_its_entry_named(ledger_of_ten, settings, monkeypatch):
    # What was altered is looked at inside its own transaction, which is then rolled back.
    first = db.session.scalar(select(func.min(LedgerEntry.id)))
    monkeypatch.setattr(verification, "_snapshot", contextlib.nullcontext)
    assert list(verification.doubts(settings, verification.Found())) == []
    wrong, count = [], 0
    for tampering in tamperings((first, first + 3, ledger_of_ten - 1), ledger_of_ten):
        disarm()
        named = tampering.deed()
        doubts = list(verification.doubts(settings, verification.Found()))
        db.session.rollback()
        count += 1
        if not doubts or not any(name in doubts[0] for name in named):
            wrong.append((tampering.name, named, doubts[:2]))
    assert wrong == []
    assert count >= 100
