"""How far a learner is with the courses of a scheme, in a fixed number of queries."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select

from lms.accounts.models import Person
from lms.catalog.models import Course, CourseState
from lms.catalog.version_models import CourseVersion, VersionLesson
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import ZERO_HOURS, Hours
from lms.enrollments.models import Cycle, CycleState
from lms.hours.models import Credit, Delivery, DeliveryKind
from lms.schemes.models import SchemeCourse, SchemeRevision
from lms.schemes.queries import with_shown
from lms.watching.models import LessonProgress


@dataclass(frozen=True)
class Standing:
    """A learner in one course: the newest cycle, lessons seen of all, and hours that stand."""

    cycle: Cycle | None
    watched: int
    lessons: int
    hours: Hours


@dataclass(frozen=True)
class Summary:
    """A learner in a whole scheme: courses done and under way of all, hours of each category."""

    total: int
    completed: int
    active: int
    hours: dict[HourCategory, Hours]

    @property
    def all_hours(self) -> Hours:
        """The hours of both categories."""
        return sum(self.hours.values(), ZERO_HOURS)


def _is_reversed() -> ColumnElement[bool]:
    reversal = select(Delivery.id).where(
        Delivery.credit_id == Credit.id, Delivery.kind == DeliveryKind.REVERSAL
    )
    return reversal.exists()


def standings(person: Person, course_ids: Sequence[int]) -> dict[int, Standing]:
    """The learner's standing in each of these courses, of one page at most, by their ids."""
    cycles = _newest_cycles(person, course_ids)
    watched = _finished_lessons([cycle.id for cycle in cycles.values()])
    lessons = _lesson_counts(course_ids, cycles)
    hours = _hours_of(person, course_ids)
    return {
        course_id: Standing(
            cycle=cycles.get(course_id),
            watched=watched.get(cycles[course_id].id, 0) if course_id in cycles else 0,
            lessons=lessons.get(course_id, 0),
            hours=hours.get(course_id, ZERO_HOURS),
        )
        for course_id in course_ids
    }


def _newest_cycles(person: Person, course_ids: Sequence[int]) -> dict[int, Cycle]:
    query = select(Cycle).where(Cycle.person_id == person.id, Cycle.course_id.in_(course_ids))
    # Later ones take the place of earlier ones; one that was given up counts as none.
    return {
        cycle.course_id: cycle
        for cycle in db.session.scalars(query.order_by(Cycle.number))
        if cycle.state is not CycleState.WITHDRAWN
    }


def _finished_lessons(cycle_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(LessonProgress.cycle_id, func.count())
        .where(LessonProgress.cycle_id.in_(cycle_ids), LessonProgress.finished_at.is_not(None))
        .group_by(LessonProgress.cycle_id)
    )
    return dict(db.session.execute(query).all())


def _lesson_counts(course_ids: Sequence[int], cycles: dict[int, Cycle]) -> dict[int, int]:
    """How many lessons each course has, in the version that is studied or else in the one shown."""
    shown = select(Course.id, CourseVersion.id).join(Course.version)
    shown = shown.where(Course.id.in_(course_ids))
    versions: dict[int, int] = dict(db.session.execute(shown).all())
    versions |= {course_id: cycle.version_id for course_id, cycle in cycles.items()}
    query = (
        select(VersionLesson.version_id, func.count())
        .where(VersionLesson.version_id.in_(versions.values()))
        .group_by(VersionLesson.version_id)
    )
    counts = dict(db.session.execute(query).all())
    return {course_id: counts.get(version_id, 0) for course_id, version_id in versions.items()}


def _hours_of(person: Person, course_ids: Sequence[int]) -> dict[int, Hours]:
    query = (
        select(Cycle.course_id, Credit.hours)
        .join(Credit.cycle)
        .where(Credit.person_id == person.id, Cycle.course_id.in_(course_ids), ~_is_reversed())
    )
    sums: dict[int, Hours] = {}
    for course_id, hours in db.session.execute(query):
        sums[course_id] = sums.get(course_id, ZERO_HOURS) + hours
    return sums


def summary(person: Person, revision: SchemeRevision) -> Summary:
    """The learner in all courses of a revision."""
    inside = select(SchemeCourse.course_id).where(SchemeCourse.revision_id == revision.id)
    total = db.session.scalar(select(func.count()).select_from(inside.subquery())) or 0
    states = _states(person, inside)
    return Summary(
        total=total,
        completed=states.get(CycleState.COMPLETED, 0),
        active=states.get(CycleState.ACTIVE, 0),
        hours=_hours_by_category(person, inside),
    )


def _states(person: Person, inside: Select[int]) -> dict[CycleState, int]:
    query = (
        select(Cycle.state, func.count(Cycle.course_id.distinct()))
        .where(Cycle.person_id == person.id, Cycle.course_id.in_(inside))
        .group_by(Cycle.state)
    )
    return dict(db.session.execute(query).all())


def _hours_by_category(person: Person, inside: Select[int]) -> dict[HourCategory, Hours]:
    query = (
        select(Credit.category, func.sum(Credit.hours))
        .join(Credit.cycle)
        .where(Credit.person_id == person.id, Cycle.course_id.in_(inside), ~_is_reversed())
        .group_by(Credit.category)
    )
    return dict(db.session.execute(query).all())


def next_courses(person: Person, revision: SchemeRevision, limit: int = 4) -> list[SchemeCourse]:
    """The first courses of a revision, open to study, that the learner has not completed."""
    done = select(Cycle.course_id).where(
        Cycle.person_id == person.id, Cycle.state == CycleState.COMPLETED
    )
    query = (
        select(SchemeCourse)
        .join(SchemeCourse.course)
        .where(
            SchemeCourse.revision_id == revision.id,
            Course.state == CourseState.PUBLISHED,
            Course.id.not_in(done),
        )
        .options(*with_shown())
        .order_by(SchemeCourse.position, SchemeCourse.id)
    )
    open_ones = (each for each in db.session.scalars(query) if each.course.is_open)
    return list(itertools.islice(open_ones, limit))
