"""Finding courses: what everyone sees, what staff of the base see, and what is still missing."""

from collections.abc import Callable

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms.accounts.models import Person
from lms.accounts.queries import is_allowed, organizations_with
from lms.catalog.models import Course, CourseState, CourseSubject, Etextbook, Lesson
from lms.catalog.subject_tree import with_those_below
from lms.catalog.version_models import CourseVersion, VersionState
from lms.catalog.versions import names_etextbook
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.organizations.models import Organization

PublishCheck = Callable[[Course], list[str]]
StudyCheck = Callable[[Course], bool]
RoomCheck = Callable[[int, int], None]


def find_course(slug: str) -> Course | None:
    """The course with this address in whatever state, or None."""
    return db.session.scalar(select(Course).where(Course.slug == slug))


def get_course(slug: str) -> Course:
    """The course with this address in whatever state; raises NotFound if there is none."""
    course = find_course(slug)
    if course is None:
        raise NotFound()
    return course


def is_visible(course: Course, person: Person | None) -> bool:
    """Whether `person` (None: a guest) may see the course.

    A draft only staff of its base may, and the bureau while it judges it.
    """
    if course.state is not CourseState.DRAFT:
        return True
    if person is None:
        return False
    return may_edit(course, person) or _waits_for_bureau_of(course, person)


def may_edit(course: Course, person: Person) -> bool:
    """Whether `person` is staff of the course's base."""
    return is_allowed(person, Permission.CATALOG_COURSE_EDIT, course.base_id)


def _waits_for_bureau_of(course: Course, person: Person) -> bool:
    is_judged = course.review is not None and course.review.state is VersionState.BASE_APPROVED
    return is_judged and is_allowed(
        person, Permission.CATALOG_PUBLIC_COURSE_APPROVE, course.base_id
    )


def get_visible_course(slug: str, person: Person | None) -> Course:
    """The course if `person` may see it; raises NotFound if not, as if there were none."""
    course = get_course(slug)
    if not is_visible(course, person):
        raise NotFound()
    return course


def visible_courses(person: Person | None) -> Select[Course]:
    """The courses `person` may see: twin of `is_visible` for lists."""
    is_out = Course.state != CourseState.DRAFT
    if person is None:
        return select(Course).where(is_out)
    own = organizations_with(person, Permission.CATALOG_COURSE_EDIT)
    return select(Course).where(or_(is_out, Course.base_id.in_(own), _is_judged_by(person)))


def _is_judged_by(person: Person) -> ColumnElement[bool]:
    judged = organizations_with(person, Permission.CATALOG_PUBLIC_COURSE_APPROVE)
    waits = exists().where(
        CourseVersion.course_id == Course.id, CourseVersion.state == VersionState.BASE_APPROVED
    )
    return and_(Course.base_id.in_(judged), waits)


# Each word is a condition, and databases take only so many.
MOST_WORDS = 10


def published_courses(
    *,
    category: HourCategory | None = None,
    year: int | None = None,
    text: str = "",
    subject: str | None = None,
    base_id: int | None = None,
) -> Select[Course]:
    """Published courses, narrowed by category, year, base, words in title, summary or lecturer,
    and by the code of a subject, which takes in those below it.

    What the version in the catalogue says counts, not what its trainer is writing meanwhile.
    """
    shown = CourseVersion
    query = select(Course).join(Course.version)
    query = query.options(
        contains_eager(Course.version), joinedload(Course.quality), joinedload(Course.base)
    )
    query = query.where(Course.state == CourseState.PUBLISHED)
    if category is not None:
        query = query.where(shown.category == category)
    if year is not None:
        query = query.where(shown.year == year)
    if base_id is not None:
        query = query.where(Course.base_id == base_id)
    if subject is not None:
        codes = CourseSubject.code.in_(with_those_below(subject))
        query = query.where(Course.id.in_(select(CourseSubject.course_id).where(codes)))
    for word in text.split()[:MOST_WORDS]:
        query = query.where(_holds(word))
    return query


def _holds(word: str) -> ColumnElement[bool]:
    columns = (CourseVersion.title, CourseVersion.summary, CourseVersion.lecturer_name)
    # Chinese has no case; folding every text of every course would double the cost of a search.
    has_case = word.lower() != word.upper()
    return or_(
        *(
            column.icontains(word, autoescape=True)
            if has_case
            else column.contains(word, autoescape=True)
            for column in columns
        )
    )


def published_years() -> list[int]:
    """The years of published courses, newest first."""
    is_shown = CourseVersion.state == VersionState.PUBLISHED
    query = select(CourseVersion.year).where(is_shown).distinct()
    return sorted(db.session.scalars(query), reverse=True)


def publishing_bases() -> list[Organization]:
    """The organizations with published courses, by name."""
    is_theirs = Course.base_id == Organization.id
    published = select(Course.id).where(is_theirs, Course.state == CourseState.PUBLISHED)
    query = select(Organization).where(published.exists()).order_by(Organization.name)
    return list(db.session.scalars(query))


def managed_courses(actor: Person, state: CourseState | None = None) -> Select[Course]:
    """The courses whose editing `actor` is entitled to."""
    own = organizations_with(actor, Permission.CATALOG_COURSE_EDIT)
    query = (
        select(Course)
        .where(Course.base_id.in_(own))
        .options(
            selectinload(Course.lessons), selectinload(Course.review), selectinload(Course.version)
        )
    )
    return query if state is None else query.where(Course.state == state)


def bases_of(actor: Person) -> list[Organization]:
    """The organizations for which `actor` may make courses, by name."""
    own = organizations_with(actor, Permission.CATALOG_COURSE_EDIT)
    query = select(Organization).where(Organization.id.in_(own)).order_by(Organization.name)
    return list(db.session.scalars(query))


def get_lesson(course: Course, lesson_id: int) -> Lesson:
    """The lesson if it is of this course; raises NotFound otherwise."""
    lesson = db.session.get(Lesson, lesson_id)
    if lesson is None or lesson.course_id != course.id:
        raise NotFound()
    return lesson


def get_etextbook(course: Course, etextbook_id: int) -> Etextbook:
    """The e-textbook if it is of this course's draft; raises NotFound otherwise."""
    etextbook = db.session.get(Etextbook, etextbook_id)
    is_here = etextbook is not None and etextbook.course_id == course.id
    if etextbook is None or not is_here or etextbook.removed_at is not None:
        raise NotFound()
    return etextbook


def get_readable_etextbook(course: Course, etextbook_id: int, person: Person | None) -> Etextbook:
    """The e-textbook if a version names it, or if `person` edits the course; else NotFound.

    Of whatever version: whoever studies an earlier one goes on reading what belongs to it.
    """
    etextbook = db.session.get(Etextbook, etextbook_id)
    if etextbook is None or etextbook.course_id != course.id:
        raise NotFound()
    may_read_draft = person is not None and may_edit(course, person)
    if not (may_read_draft or names_etextbook(etextbook.id)):
        raise NotFound()
    return etextbook


def publish_problems(course: Course) -> list[str]:
    """What keeps the draft from being submitted, in words; empty if nothing does.

    The catalogue's own: lessons. Features above add theirs by `operations.add_publish_check`.
    """
    problems = [] if course.lessons else [_("还没有课时：请至少添加一个课时。")]
    problems += _closing_problems(course)
    checks: list[PublishCheck] = current_app.extensions.get("publish_checks", [])
    return problems + [problem for check in checks for problem in check(course)]


def _closing_problems(course: Course) -> list[str]:
    if not course.is_past_closing:
        return []
    last = course.last_day
    if last is not None and last == course.closes_on:
        return [_("学习截止日期已经过去，请先修改。")]
    return [_("按本地区的通知，%(year)s 年度的课程已停止学习。", year=course.year)]


def is_studied(course: Course) -> bool:
    """Whether anybody has begun to study the course, so that its hours must stand."""
    checks: list[StudyCheck] = current_app.extensions.get("study_checks", [])
    return any(check(course) for check in checks)
