"""Who lectures in a course, and the province's selection of quality courses.

Shandong 2025, 二(三): an online public course that the province selects counts for its lecturer
twice its hours, in the hours of that year.
"""

from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.accounts.queries import find_by_identity, is_allowed
from lms.accounts.rules import normalize_name
from lms.catalog.models import Course, CourseState
from lms.catalog.quality_models import QualityMark
from lms.catalog.rules import LONGEST_REMARK, lecturer_hours
from lms.catalog.version_models import CourseVersion
from lms.catalog.versions import forget_versions
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.events import quality_marked, quality_taken_back
from lms.core.permissions import GRANTS, Permission
from lms.organizations.models import OrganizationKind


def set_lecturer(actor: Person, course: Course, identity_number: str) -> None:
    """Say which account is the lecturer's, by their document's number; "" says nobody's.

    The account's name must be the lecturer's, and a number that is nobody's and one of another
    name are answered alike, so that nobody learns here who has an account. Raises NotAllowed, or
    Invalid (field "identity_number").
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    found = _lecturer(course, identity_number) if identity_number.strip() else None
    course.lecturer_id = found.id if found is not None else None
    db.session.flush()
    record(
        AuditTag.CATALOG_COURSE_UPDATE,
        actor.id,
        f"course:{course.id}",
        organization_id=course.base_id,
        person=course.lecturer_id,
    )


def _lecturer(course: Course, identity_number: str) -> Person:
    found = find_by_identity(identity_number)
    if found is None or not _is_named(found, course.lecturer_name) or not found.is_active:
        message = _l("没有找到姓名与主讲教师一致、证件号码相符的账号，请核对。")
        raise Invalid(message, field="identity_number")
    return found


def _is_named(person: Person, name: str) -> bool:
    return normalize_name(person.name) == normalize_name(name)


def may_mark(actor: Person, course: Course) -> bool:
    """Whether `actor` selects quality courses: at the bureau of the course's province."""
    return any(
        post.is_in_force
        and Permission.CATALOG_QUALITY_MARK in GRANTS[post.role]
        and post.organization.kind is OrganizationKind.BUREAU
        and post.organization.division.parent_code is None
        for post in actor.posts
    ) and is_allowed(actor, Permission.CATALOG_QUALITY_MARK, course.base_id)


def mark_quality(actor: Person, course: Course) -> QualityMark:
    """Select a course of the catalogue; its lecturer gets twice its hours in the same transaction.

    Raises NotAllowed unless `actor` acts for the province, Conflict for a course that is not a
    public one of the catalogue, that is selected already, or whose lecturer is not known.
    """
    _check_may_mark(actor, course)
    hold(course)
    forget_versions(course)
    version = course.version
    if version is None or course.state is not CourseState.PUBLISHED:
        raise Conflict(_l("只有已发布的课程才能认定为优质课。"))
    if version.category is not HourCategory.PUBLIC:
        raise Conflict(_l("只有公需科目课程才能认定为优质课。"))
    if course.quality is not None:
        raise Conflict(_l("本课程已经认定为优质课。"))
    mark = _new_mark(actor, course, version)
    db.session.add(mark)
    db.session.flush()
    forget_versions(course)
    _note(AuditTag.CATALOG_QUALITY_MARK, actor, mark)
    quality_marked.send(mark)
    return mark


def _new_mark(actor: Person, course: Course, version: CourseVersion) -> QualityMark:
    lecturer = course.lecturer
    # The draft may name somebody else by now; the hours are for whom learners see.
    if lecturer is None or not _is_named(lecturer, version.lecturer_name):
        raise Conflict(_l("请先由基地登记主讲教师的账号，学时才能记到教师名下。"))
    return QualityMark(
        course=course,
        version_id=version.id,
        lecturer=lecturer,
        year=version.year,
        hours=lecturer_hours(version.hours),
        marked_by_id=actor.id,
        marked_at=clock.now(),
    )


def take_quality_back(actor: Person, course: Course, reason: str) -> None:
    """Take a selection back, and with it the lecturer's hours.

    Raises NotAllowed, Conflict if the course is not selected, or Invalid (field "remark") without
    a reason, which the hour bank is told.
    """
    _check_may_mark(actor, course)
    hold(course)
    forget_versions(course)
    mark = course.quality
    if mark is None:
        raise Conflict(_l("本课程没有认定为优质课。"))
    if not 1 <= len(reason.strip()) <= LONGEST_REMARK:
        raise Invalid(_l("请写明撤销认定的依据，不超过 500 个字。"), field="remark")
    mark.taken_back_at = clock.now()
    mark.taken_back_by_id = actor.id
    mark.reason = reason.strip()
    db.session.flush()
    forget_versions(course)
    _note(AuditTag.CATALOG_QUALITY_TAKE_BACK, actor, mark)
    quality_taken_back.send(mark)


def _check_may_mark(actor: Person, course: Course) -> None:
    if not may_mark(actor, course):
        raise NotAllowed(_l("优质课由省级人社部门认定。"))


def _note(tag: AuditTag, actor: Person, mark: QualityMark) -> None:
    record(
        tag,
        actor.id,
        f"course:{mark.course_id}",
        organization_id=mark.course.base_id,
        person=mark.lecturer_id,
    )
