"""Giving a lesson something to read."""

import secrets
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Etextbook, EtextbookFormat, Lesson, LessonKind
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import after_commit, db, hold
from lms.core.errors import Conflict, Invalid
from lms.core.files import forget_file
from lms.core.permissions import Permission
from lms.readings.models import Reading
from lms.readings.queries import current_reading, is_in_a_version
from lms.readings.rules import seconds_allowed
from lms.readings.storage import Pages


@dataclass(frozen=True)
class Stretch:
    """From where to where a book is read, as `Reading` counts, and for how long each page."""

    first: int
    last: int
    page_seconds: int


def set_reading(
    actor: Person, lesson: Lesson, book: Etextbook, stretch: Stretch, pages: Pages
) -> Reading:
    """Let the lesson's draft give these pages to read, which `stored` keeps.

    Versions keep what they have. Raises NotAllowed, Conflict for a lesson of another kind, or
    Invalid naming the field: "book" for one of another course or if there is no room, or
    "page_seconds".
    """
    course = lesson.course
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    if lesson.kind is not LessonKind.READING:
        raise Conflict(_l("这是视频课时，不能改成教材阅读，请另外添加课时。"))
    if book.course_id != course.id or book.removed_at is not None:
        raise Invalid(_l("请选择本课程的教材。"), field="book")
    is_pdf = book.format is EtextbookFormat.PDF
    _check_seconds(stretch.page_seconds, is_pdf=is_pdf)
    hold(lesson)
    for check in current_app.extensions.get("room_checks", []):
        check(course.base_id, pages.size_bytes)
    _retire(lesson)
    reading = _new_reading(actor, lesson, book, stretch, pages)
    db.session.add(reading)
    db.session.flush()
    record(
        AuditTag.READINGS_READING_UPDATE,
        actor.id,
        f"lesson:{lesson.id}",
        organization_id=course.base_id,
        pages=reading.page_count,
        page_seconds=reading.page_seconds,
    )
    return reading


def _check_seconds(seconds: int, *, is_pdf: bool) -> None:
    least, most = seconds_allowed(is_pdf)
    if not least <= seconds <= most:
        message = _("每页请用 %(least)d 到 %(most)d 秒。", least=least, most=most)
        raise Invalid(message, field="page_seconds")


def _new_reading(
    actor: Person, lesson: Lesson, book: Etextbook, stretch: Stretch, pages: Pages
) -> Reading:
    is_pdf = book.format is EtextbookFormat.PDF
    first, last = stretch.first, stretch.last
    return Reading(
        public_id=new_public_id(),
        lesson_id=lesson.id,
        etextbook_id=book.id,
        book_title=book.title,
        format=book.format,
        first=first,
        last=last,
        first_title="" if is_pdf else book.contents[first]["title"],
        last_title="" if is_pdf else book.contents[last]["title"],
        path=pages.path,
        size_bytes=pages.size_bytes,
        page_count=pages.count,
        page_seconds=stretch.page_seconds,
        made_by_id=actor.id,
    )


def new_public_id() -> str:
    """A name that no other reading has, and that nobody can guess."""
    return secrets.token_urlsafe(16)


def _retire(lesson: Lesson) -> None:
    """What the lesson gave so far stays if a version holds it, and else it goes."""
    former = current_reading(lesson.id)
    if former is None:
        return
    if is_in_a_version(former):
        former.replaced_at = clock.now()
    else:
        path, number = former.path, former.id
        others = select(Reading.id).where(Reading.path == path, Reading.id != number).limit(1)
        is_shared = db.session.scalar(others) is not None
        db.session.delete(former)
        if not is_shared:
            after_commit(lambda: forget_file(path))
    db.session.flush()
