"""Finding what lessons give to read."""

from collections.abc import Collection

from sqlalchemy import exists, func, select

from lms.catalog.models import Course, Lesson, LessonKind
from lms.core.db import db
from lms.core.errors import NotFound
from lms.readings.models import Reading, VersionReading


def current_reading(lesson_id: int) -> Reading | None:
    """What the lesson's draft gives to read, or None."""
    return current_readings([lesson_id]).get(lesson_id)


def current_readings(lesson_ids: Collection[int]) -> dict[int, Reading]:
    """What the drafts of these lessons give to read, by the lesson."""
    query = select(Reading).where(Reading.lesson_id.in_(lesson_ids), Reading.replaced_at.is_(None))
    return {reading.lesson_id: reading for reading in db.session.scalars(query)}


def get_reading(public_id: str) -> Reading:
    """The reading of this name; raises NotFound if there is none."""
    reading = db.session.scalar(select(Reading).where(Reading.public_id == public_id))
    if reading is None:
        raise NotFound()
    return reading


def lessons_without_reading(course: Course) -> list[Lesson]:
    """The lessons of the draft that are to be read and hold nothing, in order."""
    wanted = [lesson for lesson in course.lessons if lesson.kind is LessonKind.READING]
    found = current_readings([lesson.id for lesson in wanted])
    return [lesson for lesson in wanted if lesson.id not in found]


def total_duration_ms(course: Course) -> int:
    """How long the pages of the draft's lessons take together, in milliseconds."""
    query = select(func.sum(Reading.page_count * Reading.page_seconds)).join(Lesson)
    query = query.where(Lesson.course_id == course.id, Reading.replaced_at.is_(None))
    return 1000 * (db.session.scalar(query) or 0)


def is_in_a_version(reading: Reading) -> bool:
    """Whether a version holds it, so that it must stay."""
    held = exists().where(VersionReading.reading_id == reading.id)
    return bool(db.session.scalar(select(held)))
