"""Finding versions in review: what waits for whom, and what one may look into."""

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms.accounts.models import Person, Post
from lms.accounts.queries import organizations_with
from lms.catalog.models import Course
from lms.catalog.version_models import CourseVersion, ReviewStep, VersionState
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.errors import NotFound
from lms.core.permissions import Permission

# Whose turn it is in each state.
DECIDES = {
    VersionState.SUBMITTED: Permission.CATALOG_COURSE_APPROVE,
    VersionState.BASE_APPROVED: Permission.CATALOG_PUBLIC_COURSE_APPROVE,
}


def versions_to_decide(actor: Person) -> Select[CourseVersion]:
    """Versions that wait for `actor`: of their base, or public ones of their division.

    Never one they submitted, nor for the bureau's step one they approved for the base. The one
    exception: somebody who holds the only post of a base approves there what they made.
    """
    mine = CourseVersion.submitted_by_id == actor.id
    at_base = and_(
        CourseVersion.state == VersionState.SUBMITTED,
        _base_in(actor, VersionState.SUBMITTED),
        or_(~mine, _is_alone(actor)),
    )
    at_bureau = and_(
        CourseVersion.state == VersionState.BASE_APPROVED,
        _base_in(actor, VersionState.BASE_APPROVED),
        ~mine,
        CourseVersion.base_approved_by_id != actor.id,
    )
    return _versions().where(or_(at_base, at_bureau))


def _base_in(actor: Person, state: VersionState) -> ColumnElement[bool]:
    return Course.base_id.in_(organizations_with(actor, DECIDES[state]))


def _is_alone(actor: Person) -> ColumnElement[bool]:
    """Nobody else holds a post at the course's base today."""
    others = exists().where(
        Post.organization_id == Course.base_id, Post.person_id != actor.id, Post.is_in_force
    )
    return ~others.correlate(Course)


def _versions() -> Select[CourseVersion]:
    return (
        select(CourseVersion)
        .join(CourseVersion.course)
        .options(contains_eager(CourseVersion.course).joinedload(Course.base))
        .options(joinedload(CourseVersion.submitted_by))
    )


def count_to_decide(actor: Person) -> int:
    """How many versions wait for `actor`: the number in the navigation."""
    waiting = versions_to_decide(actor).with_only_columns(func.count(CourseVersion.id))
    return db.session.scalar(waiting) or 0


def may_decide(actor: Person, version: CourseVersion) -> bool:
    """Whether the version waits for `actor`: twin of `versions_to_decide`."""
    query = versions_to_decide(actor).where(CourseVersion.id == version.id)
    return db.session.scalar(query) is not None


def versions_to_see(actor: Person) -> Select[CourseVersion]:
    """Every version that `actor` answers for, decided or not.

    A base's manager sees those of the base; a bureau those of public courses once their base has
    let them through.
    """
    has_passed_base = CourseVersion.base_approved_by_id.is_not(None)
    is_public = CourseVersion.category == HourCategory.PUBLIC
    for_bureau = and_(has_passed_base, is_public, _base_in(actor, VersionState.BASE_APPROVED))
    return _versions().where(or_(_base_in(actor, VersionState.SUBMITTED), for_bureau))


def get_version_to_see(actor: Person, version_id: int) -> CourseVersion:
    """One of `versions_to_see`; raises NotFound for another."""
    found = db.session.scalar(versions_to_see(actor).where(CourseVersion.id == version_id))
    if found is None:
        raise NotFound()
    return found


def judges(actor: Person, course: Course) -> bool:
    """Whether `versions_to_see` holds any version of the course."""
    query = versions_to_see(actor).where(CourseVersion.course_id == course.id)
    return db.session.scalar(query.with_only_columns(CourseVersion.id).limit(1)) is not None


def steps_of(course: Course) -> list[ReviewStep]:
    """Every step of every version of the course, the newest first."""
    query = (
        select(ReviewStep)
        .join(ReviewStep.version)
        .where(CourseVersion.course_id == course.id)
        .options(contains_eager(ReviewStep.version), joinedload(ReviewStep.actor))
    )
    return list(db.session.scalars(query.order_by(ReviewStep.id.desc())))


def newest_version(course: Course) -> CourseVersion | None:
    """The version submitted last, whatever became of it, with its steps."""
    query = select(CourseVersion).where(CourseVersion.course_id == course.id)
    query = query.options(selectinload(CourseVersion.steps))
    return db.session.scalar(query.order_by(CourseVersion.number.desc()).limit(1))
