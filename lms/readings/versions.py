"""Which pages belong to which version of a course, and to its copy."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.catalog.models import Course, Lesson
from lms.catalog.version_models import CourseVersion, VersionLesson
from lms.core.db import db
from lms.readings.models import Reading, VersionReading
from lms.readings.operations import new_public_id
from lms.readings.queries import current_readings

_SAME_OF_COPY = (
    "book_title",
    "format",
    "first",
    "last",
    "first_title",
    "last_title",
    "path",
    "size_bytes",
    "page_count",
    "page_seconds",
)


def bind_readings(version: CourseVersion) -> None:
    """Handler of events.course_frozen: each lesson keeps in the version the pages it has now."""
    current = current_readings([lesson.lesson_id for lesson in version.lessons])
    for lesson_id, reading in current.items():
        bind_reading(version.id, lesson_id, reading)
    db.session.flush()


def bind_reading(version_id: int, lesson_id: int, reading: Reading) -> None:
    """Let the lesson give these pages to read in the version."""
    bound = VersionReading(version_id=version_id, lesson_id=lesson_id, reading=reading)
    db.session.add(bound)


def bound_reading(version_id: int, lesson_id: int) -> Reading | None:
    """What the lesson gives to read in the version, or None."""
    bound = db.session.get(VersionReading, (version_id, lesson_id))
    return bound.reading if bound is not None else None


def readings_of_version(version_id: int) -> dict[int, Reading]:
    """What each lesson of the version gives to read, by the lesson's number."""
    query = select(VersionReading).where(VersionReading.version_id == version_id)
    bound = db.session.scalars(query.options(joinedload(VersionReading.reading)))
    return {row.lesson_id: row.reading for row in bound}


def readings_shown(lessons: Sequence[Lesson | VersionLesson]) -> dict[int, Reading]:
    """What lessons of one draft, or of one version, give to read, by the lesson."""
    first = next(iter(lessons), None)
    if isinstance(first, VersionLesson):
        return readings_of_version(first.version_id)
    return current_readings([lesson.id for lesson in lessons])


def reading_differences(old: Course | CourseVersion, new: Course | CourseVersion) -> list[str]:
    """The lessons of both that give something else to read in `new`, or other time to read it."""
    before, after = readings_shown(old.lessons), readings_shown(new.lessons)
    return [
        _("课时“%(title)s”的阅读内容已更换", title=lesson.title)
        for lesson in new.lessons
        if lesson.id in before and lesson.id in after and before[lesson.id] != after[lesson.id]
    ]


def copy_readings(
    copied: Course, source: Course, lessons: dict[Lesson, Lesson], actor: Person
) -> None:
    """Handler of events.course_copied: the pages come along, under names of their own."""
    books = {old.id: new.id for old, new in zip(source.etextbooks, copied.etextbooks, strict=True)}
    current = current_readings([lesson.id for lesson in lessons])
    for old, new in lessons.items():
        reading = current.get(old.id)
        if reading is not None:
            same = {name: getattr(reading, name) for name in _SAME_OF_COPY}
            book_id = books.get(reading.etextbook_id) if reading.etextbook_id else None
            db.session.add(
                Reading(
                    public_id=new_public_id(),
                    lesson_id=new.id,
                    etextbook_id=book_id,
                    made_by_id=actor.id,
                    **same,
                )
            )
    db.session.flush()
