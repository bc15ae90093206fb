"""Making courses and changing their drafts."""

import secrets
from typing import IO, Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.content_operations import (
    add_etextbook,
    add_lesson,
    move_lesson,
    order_lessons,
    remove_etextbook,
    remove_lesson,
    update_lesson,
)
from lms.catalog.files import store_cover
from lms.catalog.models import Course
from lms.catalog.queries import PublishCheck, RoomCheck, StudyCheck, is_studied
from lms.catalog.rules import CourseFacts, first_problem, frozen_changes, is_slug, latin_slug
from lms.core.audit import AuditTag, record
from lms.core.db import after_commit, db
from lms.core.errors import Conflict, Invalid
from lms.core.files import forget_file
from lms.core.permissions import Permission
from lms.organizations.models import Organization

__all__ = [
    "add_etextbook",
    "add_lesson",
    "add_publish_check",
    "add_room_check",
    "add_study_check",
    "create_course",
    "move_lesson",
    "order_lessons",
    "remove_etextbook",
    "remove_lesson",
    "set_cover",
    "update_course",
    "update_lesson",
]


def add_publish_check(app: Flask, check: PublishCheck) -> None:
    """Let `check(course)` name, in words, what keeps a course from being published."""
    app.extensions.setdefault("publish_checks", []).append(check)


def add_room_check(app: Flask, check: RoomCheck) -> None:
    """Let `check(base_id, size_bytes)` raise Invalid when a base may not keep so much more."""
    app.extensions.setdefault("room_checks", []).append(check)


def add_study_check(app: Flask, check: StudyCheck) -> None:
    """Let `check(course)` say whether somebody studies a course, or has paid for it."""
    app.extensions.setdefault("study_checks", []).append(check)


def create_course(
    actor: Person, base: Organization, facts: CourseFacts, slug: str | None = None
) -> Course:
    """Make a draft of `base`. Without a slug one is made from the title's latin words.

    Raises NotAllowed, or Invalid naming the field: also for a slug that is taken.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, base.id)
    _check(facts)
    slug = slug or _new_slug(facts.title)
    _check_slug(slug)
    course = Course(slug=slug, base=base, created_by_id=actor.id, **vars(facts))
    _insert(course)
    _note(AuditTag.CATALOG_COURSE_CREATE, actor, course)
    return course


def _check(facts: CourseFacts) -> None:
    problem = first_problem(facts)
    if problem is not None:
        raise Invalid(problem[1], field=problem[0])


def _check_slug(slug: str) -> None:
    if not is_slug(slug):
        raise Invalid(_l("网址请用 2 到 60 个小写字母、数字，中间可用连字符。"), field="slug")


def _new_slug(title: str) -> str:
    return f"{latin_slug(title)[:50] or 'course'}-{secrets.token_hex(3)}"


def _insert(course: Course) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(course)
            db.session.flush()
    except IntegrityError as error:
        raise Invalid(_l("这个网址已被其他课程使用。"), field="slug") from error


def update_course(
    actor: Person, course: Course, facts: CourseFacts, slug: str | None = None
) -> None:
    """Change what is written about a course. The slug never changes once it was published.

    Category, hours and year stand once somebody studies it: certificates name them.
    Raises NotAllowed, Invalid naming the field, or Conflict naming the frozen field.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    _check(facts)
    # Whoever is just enrolling holds the course's key on PostgreSQL: this waits for them.
    db.session.refresh(course, with_for_update=True)
    changed = frozen_changes(course, facts)
    if changed and is_studied(course):
        raise Conflict(_l("已有学员学习本课程，不能再修改。"), field=changed[0])
    given = vars(facts).items()
    fields = sorted(name for name, value in given if getattr(course, name) != value)
    for name, value in given:
        setattr(course, name, value)
    if slug and slug != course.slug:
        _change_slug(course, slug)
    db.session.flush()
    _note(AuditTag.CATALOG_COURSE_UPDATE, actor, course, fields=fields, frozen=changed)


def _change_slug(course: Course, slug: str) -> None:
    if course.published_at is not None:
        raise Conflict(_l("课程发布过，网址不能再修改。"), field="slug")
    _check_slug(slug)
    try:
        with db.session.begin_nested():
            course.slug = slug
            db.session.flush()
    except IntegrityError as error:
        raise Invalid(_l("这个网址已被其他课程使用。"), field="slug") from error


def set_cover(actor: Person, course: Course, file: IO[bytes] | None) -> None:
    """Give a course a cover picture, or with None the drawn one again.

    Raises NotAllowed, or Invalid (field "file") for a file that is no picture.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    former = course.cover_path
    course.cover_path = store_cover(file) if file is not None else None
    if former is not None:
        after_commit(lambda: forget_file(former))
    _note(AuditTag.CATALOG_COURSE_UPDATE, actor, course, cover=True)


def _note(tag: AuditTag, actor: Person, course: Course, **detail: Any) -> None:
    record(tag, actor.id, f"course:{course.id}", organization_id=course.base_id, **detail)
