"""Reading allowances of extra time."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.core.db import db
from lms.core.errors import NotFound
from lms.exams.allowances.models import TimeAllowance


def allowances_of(person_id: int) -> list[TimeAllowance]:
    """All that were ever granted to a person, the newest first, with who granted them."""
    query = select(TimeAllowance).where(TimeAllowance.person_id == person_id)
    query = query.options(joinedload(TimeAllowance.granted_by), joinedload(TimeAllowance.ended_by))
    return list(db.session.scalars(query.order_by(TimeAllowance.id.desc())))


def allowance_on(person_id: int, day: dt.date) -> TimeAllowance | None:
    """The one in force on a day (Shanghai), the largest if there are several, or None."""
    query = select(TimeAllowance).where(
        TimeAllowance.person_id == person_id,
        TimeAllowance.ended_at.is_(None),
        TimeAllowance.starts_on <= day,
        TimeAllowance.ends_on >= day,
    )
    return db.session.scalar(query.order_by(TimeAllowance.extra_percent.desc()).limit(1))


def get_allowance(person: Person, allowance_id: int) -> TimeAllowance:
    """The allowance if it is this person's; raises NotFound otherwise."""
    allowance = db.session.get(TimeAllowance, allowance_id)
    if allowance is None or allowance.person_id != person.id:
        raise NotFound()
    return allowance
