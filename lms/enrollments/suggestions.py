"""Courses that would close what a year lacks, for the hour bank's page of a year."""

from flask import render_template
from sqlalchemy import ColumnElement, Integer, case, exists, literal, select, type_coerce

from lms.accounts.models import Person
from lms.catalog.cards import card_of
from lms.catalog.models import Course
from lms.catalog.queries import published_courses
from lms.catalog.version_models import CourseVersion
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.enrollments.models import Cycle, CycleState

SHOWN = 6
# Whether a course is open is told by policies, not by the database; so some more are read.
_READ = 60


def courses_that_close(
    person: Person, year: int, category: HourCategory, missing: Hours
) -> str | None:
    """Filler of "statements.shortfall": open courses the person has not finished, best first."""
    found = fitting_courses(person, year, category, missing)
    if not found:
        return None
    return render_template(
        "enrollments/_suggestions.html",
        courses=[card_of(course) for course in found],
        year=year,
        category=category,
    )


def fitting_courses(
    person: Person, year: int, category: HourCategory, missing: Hours
) -> list[Course]:
    """Open courses of a year and category that the person has not finished, SHOWN at most.

    First what is being studied; then what closes `missing` alone, with the least beyond it; then
    what closes most of it.
    """
    query = published_courses(category=category, year=year).where(
        ~_has_cycle(person, CycleState.COMPLETED)
    )
    query = query.order_by(
        ~_has_cycle(person, CycleState.ACTIVE), *_distance(missing), Course.id.desc()
    )
    courses = db.session.scalars(query.limit(_READ)).unique()
    return [course for course in courses if course.is_open][:SHOWN]


def _has_cycle(person: Person, state: CycleState) -> ColumnElement[bool]:
    return exists(
        select(Cycle.id).where(
            Cycle.person_id == person.id, Cycle.course_id == Course.id, Cycle.state == state
        )
    )


def _distance(missing: Hours) -> tuple[ColumnElement[int], ...]:
    hours = type_coerce(CourseVersion.hours, Integer)
    wanted = literal(missing.tenths, Integer)
    is_less = case((hours < wanted, 1), else_=0)
    return is_less, case((hours < wanted, wanted - hours), else_=hours - wanted)
