"""Lessons and e-textbooks of a course."""

from collections.abc import Sequence
from typing import IO

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.etextbooks.books import Book
from lms.catalog.etextbooks.reading import read_book
from lms.catalog.etextbooks.storage import store_book
from lms.catalog.models import Course, CourseState, Etextbook, EtextbookFormat, Lesson, LessonKind
from lms.catalog.rules import free_lesson_slug, is_slug
from lms.catalog.versions import names_etextbook
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import after_commit, db, hold
from lms.core.errors import Conflict, Invalid
from lms.core.files import forget_file
from lms.core.permissions import Permission


def add_lesson(
    actor: Person,
    course: Course,
    title: str,
    summary: str = "",
    slug: str | None = None,
    kind: LessonKind = LessonKind.FILM,
) -> Lesson:
    """Add a lesson at the end. Without a slug it is lesson-1, lesson-2, …

    Raises NotAllowed, or Invalid naming the field: also for a slug that the course has already.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    title = _checked_title(title)
    taken = {lesson.slug for lesson in course.lessons}
    slug = slug or free_lesson_slug(taken)
    if not is_slug(slug) or slug in taken:
        raise Invalid(_l("课时的网址不可用或已被使用。"), field="slug")
    last = max((lesson.position for lesson in course.lessons), default=0)
    lesson = Lesson(title=title, summary=summary.strip(), slug=slug, position=last + 1, kind=kind)
    course.lessons.append(lesson)
    db.session.flush()
    _note(actor, course, lesson_added=lesson.id)
    return lesson


def update_lesson(actor: Person, lesson: Lesson, title: str, summary: str = "") -> None:
    """Change title and summary. Raises NotAllowed, or Invalid (field "title")."""
    require(actor, Permission.CATALOG_COURSE_EDIT, lesson.course.base_id)
    lesson.title = _checked_title(title)
    lesson.summary = summary.strip()
    _note(actor, lesson.course, lesson_changed=lesson.id)


def move_lesson(actor: Person, lesson: Lesson, places: int) -> None:
    """Move a lesson by so many places (-1: one up); beyond the ends it stays at the end.

    Raises NotAllowed.
    """
    course = lesson.course
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    order = sorted(course.lessons, key=lambda each: each.position)
    place = order.index(lesson)
    order.insert(max(0, min(len(order) - 1, place + places)), order.pop(place))
    for position, each in enumerate(order, start=1):
        each.position = position
    db.session.flush()
    db.session.expire(course, ["lessons"])
    _note(actor, course, lesson_moved=lesson.id)


def order_lessons(actor: Person, course: Course, lesson_ids: Sequence[int]) -> None:
    """Put all lessons of the course in this order, at once.

    Raises NotAllowed, or Conflict unless these are the course's lessons, each once: somebody may
    have added or removed one since the page was made.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    # Two who order at once, one after the other: the order is of one of them, never a mixture.
    hold(course)
    lessons = {lesson.id: lesson for lesson in course.lessons}
    if sorted(lesson_ids) != sorted(lessons):
        raise Conflict(_l("课时有增减，请刷新页面后再排序。"))
    for position, lesson_id in enumerate(lesson_ids, start=1):
        lessons[lesson_id].position = position
    db.session.flush()
    db.session.expire(course, ["lessons"])
    _note(actor, course, lessons_ordered=len(lesson_ids))


def remove_lesson(actor: Person, lesson: Lesson) -> None:
    """Take an empty lesson out of a course that was never published.

    Raises NotAllowed, or Conflict if it was published, or if the lesson holds anything.
    """
    course = lesson.course
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    if course.published_at is not None or course.state is not CourseState.DRAFT:
        raise Conflict(_l("课程发布过，课时不能再删除。"))
    lesson_id = lesson.id
    try:
        with db.session.begin_nested():
            course.lessons.remove(lesson)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(_l("这个课时已有视频、阅读内容或题目，不能删除。")) from error
    _note(actor, course, lesson_removed=lesson_id)


def _checked_title(title: str) -> str:
    title = title.strip()
    if not 1 <= len(title) <= 120:
        raise Invalid(_l("名称请用 1 到 120 个字。"), field="title")
    return title


def add_etextbook(
    actor: Person,
    course: Course,
    title: str,
    file: IO[bytes] | Book,
    *,
    may_download: bool = False,
) -> Etextbook:
    """Keep a PDF, EPUB or HTML file of at most 20 MB as an e-textbook.

    `file` is what `read_book` made of it, if it was called already, for it takes a moment that is
    better spent outside of a transaction. Only a PDF can be downloaded, if `may_download`.
    Raises NotAllowed, or Invalid naming the field: "title", or "file" for what is no such book or
    finds no room.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    title = _checked_title(title)
    book = file if isinstance(file, Book) else read_book(file)
    path, size_bytes = store_book(book)
    etextbook = Etextbook(
        title=title,
        path=path,
        size_bytes=size_bytes,
        format=book.format,
        may_download=may_download and book.format is EtextbookFormat.PDF,
        chapter_count=len(book.chapters),
        contents=[entry.record() for entry in book.contents],
    )
    try:
        for check in current_app.extensions.get("room_checks", []):
            check(course.base_id, size_bytes)
        course.etextbooks.append(etextbook)
        db.session.flush()
    except BaseException:
        forget_file(path)
        raise
    _note(actor, course, etextbook_added=etextbook.id)
    return etextbook


def remove_etextbook(actor: Person, etextbook: Etextbook) -> None:
    """Take an e-textbook out of the draft; its file goes once that is durable.

    One that a version names stays for those who study it. Raises NotAllowed.
    """
    course, path = etextbook.course, etextbook.path
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    if names_etextbook(etextbook.id):
        etextbook.removed_at = clock.now()
        db.session.flush()
        db.session.expire(course, ["etextbooks"])
    else:
        course.etextbooks.remove(etextbook)
        after_commit(lambda: forget_file(path))
    _note(actor, course, etextbook_removed=etextbook.id)


def _note(actor: Person, course: Course, **detail: int) -> None:
    record(
        AuditTag.CATALOG_COURSE_UPDATE,
        actor.id,
        f"course:{course.id}",
        organization_id=course.base_id,
        **detail,
    )
