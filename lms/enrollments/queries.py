"""Finding study cycles. A learner only ever finds their own."""

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.core.db import db
from lms.core.errors import NotFound
from lms.enrollments.models import Cycle, CycleState


def get_own_cycle(person: Person, cycle_id: int) -> Cycle:
    """The cycle if it is this person's; raises NotFound for anybody else's or none."""
    cycle = db.session.get(Cycle, cycle_id)
    if cycle is None or cycle.person_id != person.id:
        raise NotFound()
    return cycle


def active_cycle(person: Person, course: Course) -> Cycle | None:
    """The cycle in which the person studies the course now, or None."""
    return _latest(person, course, CycleState.ACTIVE)


def holding_cycle(person: Person, course: Course) -> Cycle | None:
    """The newest cycle unless it was withdrawn: what keeps the course from being bought again."""
    latest = latest_cycle(person, course)
    return None if latest is None or latest.state is CycleState.WITHDRAWN else latest


def latest_cycle(person: Person, course: Course) -> Cycle | None:
    """The person's newest cycle of the course in whatever state, or None.

    A completed one comes before all others: a regrade may complete one after which another began.
    """
    return _latest(person, course, None)


def _latest(person: Person, course: Course, state: CycleState | None) -> Cycle | None:
    query = select(Cycle).where(Cycle.person_id == person.id, Cycle.course_id == course.id)
    if state is not None:
        query = query.where(Cycle.state == state)
    is_other = Cycle.state != CycleState.COMPLETED
    return db.session.scalar(query.order_by(is_other, Cycle.number.desc()).limit(1))


def cycles_of(person: Person) -> list[Cycle]:
    """All cycles of the person with their courses: those under way first, then the newest."""
    query = (
        select(Cycle)
        .where(Cycle.person_id == person.id)
        .options(
            joinedload(Cycle.course).options(joinedload(Course.version), joinedload(Course.base)),
            joinedload(Cycle.version),
        )
    )
    is_over = Cycle.state != CycleState.ACTIVE
    return list(db.session.scalars(query.order_by(is_over, Cycle.id.desc())))


def has_cycles(course: Course) -> bool:
    """Whether anybody has ever begun to study the course."""
    return bool(db.session.scalar(select(exists().where(Cycle.course_id == course.id))))


def in_charge_of(cycle: Cycle) -> int | None:
    """Whose affair a study is: the learner's unit's, or the course's base's for whoever has none.

    Deeds of background work and of others are recorded with it.
    """
    return cycle.person.unit_id or cycle.course.base_id
