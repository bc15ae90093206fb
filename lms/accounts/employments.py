"""Joining and leaving units.

A person's unit and its history change here and nowhere else, but for the people of a roster, who
are too many to be moved one by one: lms/roster/writing.py does the same by sets.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from lms.accounts.enums import EmploymentEnd
from lms.accounts.models import Employment, Person
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.events import standing_changed
from lms.organizations.models import Organization


def join_unit(
    person: Person,
    unit: Organization,
    actor_id: int | None,
    leaving: EmploymentEnd = EmploymentEnd.MOVED,
) -> None:
    """Make `unit` the person's own from today on, ending what was; hours go along by themselves."""
    if person.unit_id == unit.id:
        return
    leave_unit(person, leaving, actor_id)
    person.unit = unit
    db.session.add(Employment(person_id=person.id, organization_id=unit.id))
    db.session.flush()
    standing_changed.send(person)
    subject = f"person:{person.id}"
    record(AuditTag.ACCOUNTS_EMPLOYMENT_BEGIN, actor_id, subject, organization_id=unit.id)


def leave_unit(person: Person, reason: EmploymentEnd, actor_id: int | None) -> None:
    """End the person's employment today; nothing happens if there is none."""
    employment = open_employment(person)
    if employment is None:
        return
    employment.ended_on = clock.today()
    employment.end_reason = reason
    person.unit = None
    db.session.flush()
    record(
        AuditTag.ACCOUNTS_EMPLOYMENT_END,
        actor_id,
        f"person:{person.id}",
        organization_id=employment.organization_id,
        reason=reason.value,
    )


def open_employment(person: Person) -> Employment | None:
    """Where the person is employed now."""
    query = select(Employment).where(
        Employment.person_id == person.id, Employment.ended_on.is_(None)
    )
    return db.session.scalar(query)


def unit_in_charge_id(person: Person) -> int | None:
    """The person's unit, or the last one they belonged to; None for whoever never had one."""
    if person.unit_id is not None:
        return person.unit_id
    return last_units([person.id]).get(person.id)


def last_units(person_ids: Sequence[int]) -> dict[int, int]:
    """The unit that each of these people belonged to last; whoever never had one is missing."""
    newest = (
        select(func.max(Employment.id))
        .where(Employment.person_id.in_(person_ids))
        .group_by(Employment.person_id)
    )
    query = select(Employment.person_id, Employment.organization_id).where(
        Employment.id.in_(newest)
    )
    return dict(db.session.execute(query).all())


def employments_of(person: Person) -> list[Employment]:
    """Where the person is and was employed, the newest first."""
    query = select(Employment).where(Employment.person_id == person.id)
    return list(db.session.scalars(query.order_by(Employment.id.desc())))
