"""Reminding those who have not finished of a course that is about to close.

Once a day, from eight in the morning (Shanghai), also if the server comes back in the evening. One
reminder for each cycle, closing day and number of days: a day that is run twice writes nothing
twice, and a closing day that was moved is told anew.
"""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.catalog.models import Course, CourseState
from lms.core import clock
from lms.core.db import db, transaction
from lms.enrollments.models import Cycle, CycleState
from lms.notices import rules
from lms.notices.models import ClosingRun, Notice, NoticeKind
from lms.notices.writing import Told, write

BATCH = 500


def remind_of_closing() -> None:
    """Write the reminders of today, in one transaction for each few hundred learners."""
    now = clock.now().astimezone(clock.SHANGHAI)
    if now.hour < rules.REMINDERS_FROM_HOUR or db.session.get(ClosingRun, now.date()) is not None:
        return
    for course_id in _closing_course_ids():
        after: int | None = 0
        while after is not None:
            with transaction():
                after = _remind_some(course_id, after)
    with transaction():
        db.session.merge(ClosingRun(day=now.date(), finished_at=clock.now()))


def _closing_course_ids() -> list[int]:
    """The courses that one of the reminders is about. Their last days are the policies' as well,
    which no query knows."""
    query = (
        select(Course)
        .where(Course.state == CourseState.PUBLISHED)
        .options(joinedload(Course.version), joinedload(Course.base))
        .order_by(Course.id)
    )
    return [course.id for course in db.session.scalars(query) if _due_for(course) is not None]


def _due_for(course: Course) -> tuple[dt.date, int] | None:
    """The last day of the course, and which of the reminders of it is due."""
    last_day = course.last_day
    if last_day is None or not course.is_open:
        return None
    days = rules.reminder_due(last_day, clock.today())
    return (last_day, days) if days is not None else None


def _remind_some(course_id: int, after: int) -> int | None:
    """Remind the next learners of the course; returns the last one's cycle, or None at the end."""
    course = db.session.get_one(Course, course_id, populate_existing=True)
    due = _due_for(course)
    if due is None:
        return None
    closes_on, days = due
    limit = clock.end_of_day(rules.begun_before(closes_on, days) - dt.timedelta(days=1))
    query = (
        select(Cycle.id, Cycle.person_id)
        .where(Cycle.course_id == course_id, Cycle.state == CycleState.ACTIVE)
        .where(Cycle.started_at < limit, Cycle.id > after)
        .order_by(Cycle.id)
        .limit(BATCH)
    )
    found = [(cycle_id, person_id) for cycle_id, person_id in db.session.execute(query)]
    if not found:
        return None
    told = [_told(cycle_id, person_id, course, closes_on, days) for cycle_id, person_id in found]
    write(NoticeKind.CLOSING, told, is_queued=False)
    return found[-1][0] if len(found) == BATCH else None


def _told(cycle_id: int, person_id: int, course: Course, closes_on: dt.date, days: int) -> Told:
    facts = {
        "course": course.shown.title,
        "cycle_id": cycle_id,
        "closes_on": closes_on.isoformat(),
    }
    return Told(person_id, f"cycle:{cycle_id}:{closes_on}:{days}", facts)


def is_still_due(notice: Notice) -> bool:
    """Whether the cycle still runs, in an open course that closes on the day the notice names."""
    cycle = db.session.get(Cycle, notice.facts["cycle_id"])
    if cycle is None or cycle.state is not CycleState.ACTIVE or not cycle.course.is_open:
        return False
    closes_on = cycle.course.last_day
    return closes_on is not None and closes_on.isoformat() == notice.facts["closes_on"]
