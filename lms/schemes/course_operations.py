"""The courses of a scheme: which, and in what order."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from lms.accounts.models import Person
from lms.catalog.models import Course, CourseState
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.schemes.models import Scheme, SchemeCourse, SchemeRevision
from lms.schemes.operations import note_update, open_revision
from lms.schemes.queries import find_entry
from lms.schemes.rules import MOST_COURSES, moved


def add_course(actor: Person, scheme: Scheme, course: Course) -> None:
    """Put a course at the end of a scheme.

    Raises NotAllowed, Invalid (field "course") for a course that is not published or of another
    year, or Conflict if it is there already or the scheme is full.
    """
    revision = open_revision(actor, scheme)
    if course.state is not CourseState.PUBLISHED or course.shown.year != scheme.year:
        raise Invalid(_l("只能加入本年度已发布的课程。"), field="course")
    if find_entry(revision, course.id) is not None:
        raise Conflict(_l("方案里已有这门课程。"), field="course")
    count, last = _extent(revision)
    if count >= MOST_COURSES:
        raise Conflict(_l("一个方案最多 %(count)d 门课程。", count=MOST_COURSES), field="course")
    db.session.add(SchemeCourse(revision_id=revision.id, course_id=course.id, position=last + 1))
    db.session.flush()
    note_update(actor, scheme, course_added=course.id, revision=revision.number)


def _extent(revision: SchemeRevision) -> tuple[int, int]:
    """How many courses there are, and the position of the last."""
    is_there = SchemeCourse.revision_id == revision.id
    query = select(func.count(), func.coalesce(func.max(SchemeCourse.position), 0)).where(is_there)
    count, last = db.session.execute(query).one()
    return count, last


def remove_course(actor: Person, scheme: Scheme, course_id: int) -> None:
    """Take a course out of a scheme. Raises NotAllowed, or NotFound if it is not in it."""
    revision = open_revision(actor, scheme)
    db.session.delete(_entry(revision, course_id))
    db.session.flush()
    note_update(actor, scheme, course_removed=course_id, revision=revision.number)


def move_course(actor: Person, scheme: Scheme, course_id: int, place: int) -> None:
    """Put a course at a place, counted from 1; beyond the ends it stands at the end.

    Raises NotAllowed, or NotFound if it is not in the scheme.
    """
    revision = open_revision(actor, scheme)
    entry = _entry(revision, course_id)
    order = _order(revision)
    _number(moved([row_id for row_id, _position in order], entry.id, place), dict(order))
    db.session.expire_all()
    note_update(actor, scheme, course_moved=course_id, revision=revision.number)


def places_of(revision: SchemeRevision, course_ids: Sequence[int]) -> dict[int, int]:
    """The places of these courses in the revision, counted from 1, by their ids."""
    wanted = set(course_ids)
    query = select(SchemeCourse.course_id).where(SchemeCourse.revision_id == revision.id)
    ordered = db.session.scalars(query.order_by(SchemeCourse.position, SchemeCourse.id))
    return {course_id: n for n, course_id in enumerate(ordered, start=1) if course_id in wanted}


def _entry(revision: SchemeRevision, course_id: int) -> SchemeCourse:
    entry = find_entry(revision, course_id)
    if entry is None:
        raise NotFound()
    return entry


def _order(revision: SchemeRevision) -> list[tuple[int, int]]:
    query = select(SchemeCourse.id, SchemeCourse.position).where(
        SchemeCourse.revision_id == revision.id
    )
    rows = db.session.execute(query.order_by(SchemeCourse.position, SchemeCourse.id))
    return [(row_id, position) for row_id, position in rows]


def _number(order: list[int], former: dict[int, int]) -> None:
    changed = [
        {"id": row_id, "position": position}
        for position, row_id in enumerate(order, start=1)
        if former[row_id] != position
    ]
    if changed:
        db.session.execute(update(SchemeCourse), changed)
