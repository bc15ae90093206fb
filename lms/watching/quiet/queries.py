"""Reading the quiet stretches of drafts and versions."""

from collections.abc import Sequence

from sqlalchemy import select

from lms.catalog.models import Course
from lms.catalog.version_models import CourseVersion
from lms.core.db import db
from lms.watching.quiet.models import LessonQuiet, VersionQuiet
from lms.watching.quiet.rules import Stretch

Side = Course | CourseVersion


def stretches_of(lesson_id: int, version_id: int | None = None) -> list[Stretch]:
    """The stretches of the lesson in the version, or (None) in the draft."""
    if version_id is None:
        quiet: LessonQuiet | VersionQuiet | None = quiet_of(lesson_id)
    else:
        quiet = db.session.get(VersionQuiet, (version_id, lesson_id))
    return _pairs(quiet.stretches) if quiet is not None else []


def stretches_on(side: Side) -> dict[int, list[Stretch]]:
    """The stretches of all lessons of a draft or a version, by the lesson; quiet ones alone."""
    if isinstance(side, CourseVersion):
        frozen = select(VersionQuiet).where(VersionQuiet.version_id == side.id)
        return {row.lesson_id: _pairs(row.stretches) for row in db.session.scalars(frozen)}
    lesson_ids = [lesson.id for lesson in side.lessons]
    drafted = select(LessonQuiet).where(LessonQuiet.lesson_id.in_(lesson_ids))
    return {row.lesson_id: _pairs(row.stretches) for row in db.session.scalars(drafted)}


def quiet_of(lesson_id: int) -> LessonQuiet | None:
    """The row of the lesson's draft, or None if nothing is forbidden there."""
    return db.session.get(LessonQuiet, lesson_id)


def _pairs(stretches: Sequence[Sequence[int]]) -> list[Stretch]:
    return [(start, end) for start, end in stretches]
