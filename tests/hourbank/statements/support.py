"""People of units with booked hours."""

import datetime as dt
from typing import Any

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import transaction
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.hourbank import booking
from lms.hourbank.models import EntrySource, LedgerEntry
from lms.organizations.models import Organization, OrganizationKind, UnitNature
from tests.factories import PersonFactory
from tests.factories.organizations import organization

_booked = iter(range(1_000_000))


def unit(
    code: str = "370600", nature: UnitNature = UnitNature.ENTERPRISE, name: str = "海港机械厂"
) -> Organization:
    return organization(OrganizationKind.UNIT, name, code, nature=nature)


def worker(of: Organization | None = None, **more: Any) -> Person:
    return PersonFactory(unit=of if of is not None else unit(), **more)


def book(
    person: Person,
    hours: str,
    category: HourCategory = HourCategory.PUBLIC,
    year: int = 2025,
    **more: Any,
) -> LedgerEntry:
    """Hours of a claim for a training, unless `more` says otherwise."""
    facts: dict[str, Any] = {
        "reference": f"claim-{next(_booked)}",
        "source": EntrySource.CLAIM,
        "policy": "370600-2023",
        "claim_kind": "training",
        "title": "智能制造专题培训",
        "certificate_number": "",
        "earned_at": clock.now() - dt.timedelta(days=1),
    }
    with transaction():
        (entry,) = booking.book(
            person,
            [
                booking.Booking(
                    year=year, category=category, hours=Hours.parse(hours), **{**facts, **more}
                )
            ],
        )
    return entry


def take_back(entry: LedgerEntry, reason: str = "抽查认定学习不实") -> LedgerEntry:
    with transaction():
        return booking.reverse(entry, reason)


def meet(person: Person, year: int) -> None:
    """A year with 30 public and 60 professional hours."""
    book(person, "30", HourCategory.PUBLIC, year)
    book(person, "60", HourCategory.PROFESSIONAL, year)
