"""Giving a course its subjects, and reading them."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Course, CourseSubject
from lms.catalog.subject_tree import MOST_SUBJECTS, SUBJECTS, Subject, known_subjects
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.permissions import Permission


def subjects_of(course: Course) -> list[Subject]:
    """The subjects of a course in the order of the tree."""
    query = select(CourseSubject.code).where(CourseSubject.course_id == course.id)
    return known_subjects(list(db.session.scalars(query)))


def set_subjects(actor: Person, course: Course, codes: Collection[str]) -> None:
    """Give a course these subjects in place of those it had.

    Raises NotAllowed, or Invalid (field "codes") for a code that is none, or too many of them.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    wanted = set(codes)
    if wanted - SUBJECTS.keys():
        raise Invalid(_l("没有这个学科，请重新选择。"), field="codes")
    if len(wanted) > MOST_SUBJECTS:
        raise Invalid(_l("一门课程最多选 %(count)d 个学科。", count=MOST_SUBJECTS), field="codes")
    db.session.execute(delete(CourseSubject).where(CourseSubject.course_id == course.id))
    db.session.add_all(CourseSubject(course_id=course.id, code=code) for code in sorted(wanted))
    db.session.flush()
    record(
        AuditTag.CATALOG_COURSE_UPDATE,
        actor.id,
        f"course:{course.id}",
        organization_id=course.base_id,
        fields=["subjects"],
    )
