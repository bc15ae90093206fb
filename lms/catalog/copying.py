"""A course of the next year, made from one of this year."""

import dataclasses
import secrets

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.content_operations import add_lesson
from lms.catalog.files import copy_file
from lms.catalog.models import Course, Etextbook, Lesson
from lms.catalog.operations import create_course
from lms.catalog.rules import LONGEST_SLUG, CourseFacts, next_year_slug
from lms.core.db import db
from lms.core.events import course_copied
from lms.core.permissions import Permission

_SAME_OF_ETEXTBOOK = (
    "title",
    "size_bytes",
    "format",
    "may_download",
    "chapter_count",
    "contents",
)


def copy_to_next_year(actor: Person, source: Course) -> Course:
    """Make a draft of the year after with lessons, e-textbooks and cover.

    Features above hear course_copied in the same transaction: films, subtitles, questions and
    exam come along. The closing day does not, for it is over by then. Raises NotAllowed, or
    Invalid for a year beyond the last.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, source.base_id)
    copied = create_course(actor, source.base, _facts(source), _free_slug(source))
    copied.lecturer_id = source.lecturer_id
    if source.cover_path is not None:
        copied.cover_path = copy_file(source.cover_path)
    lessons = {lesson: _copy_lesson(actor, copied, lesson) for lesson in source.lessons}
    for book in source.etextbooks:
        _copy_etextbook(copied, book)
    db.session.flush()
    course_copied.send(copied, source=source, lessons=lessons, actor=actor)
    return copied


def _facts(source: Course) -> CourseFacts:
    names = [field.name for field in dataclasses.fields(CourseFacts)]
    same = {name: getattr(source, name) for name in names}
    return CourseFacts(**{**same, "year": source.year + 1, "closes_on": None})


def _free_slug(source: Course) -> str:
    slug = next_year_slug(source.slug, source.year + 1)
    if db.session.scalar(select(Course.id).where(Course.slug == slug)) is None:
        return slug
    # A second copy of the same course: a trainer may rename it, so any free address will do.
    return f"{slug[: LONGEST_SLUG - 7]}-{secrets.token_hex(3)}"


def _copy_lesson(actor: Person, copied: Course, lesson: Lesson) -> Lesson:
    return add_lesson(actor, copied, lesson.title, lesson.summary, lesson.slug, lesson.kind)


def _copy_etextbook(copied: Course, book: Etextbook) -> None:
    # A file of its own: what one course takes away the other keeps.
    path = copy_file(book.path)
    same = {name: getattr(book, name) for name in _SAME_OF_ETEXTBOOK}
    copied.etextbooks.append(Etextbook(path=path, **same))
