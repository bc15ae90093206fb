"""Freezing a course as a version, and what of a version its readers ask for."""

from sqlalchemy import exists, func, select

from lms.catalog.models import Course
from lms.catalog.rules import VERSION_FACTS
from lms.catalog.version_models import (
    CourseVersion,
    VersionEtextbook,
    VersionLesson,
    VersionState,
)
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.events import course_frozen


def freeze_course(course: Course, actor_id: int) -> CourseVersion:
    """Make the next version of the course as its draft stands now; it waits for its base.

    Tells course_frozen in the same transaction, on which each lesson's film is bound to it.
    """
    newest = select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)
    version = CourseVersion(
        course=course,
        number=(db.session.scalar(newest) or 0) + 1,
        state=VersionState.SUBMITTED,
        submitted_by_id=actor_id,
        submitted_at=clock.now(),
        lessons=_lessons(course),
        etextbooks=_etextbooks(course),
        **{name: getattr(course, name) for name in VERSION_FACTS},
    )
    db.session.add(version)
    db.session.flush()
    course_frozen.send(version)
    forget_versions(course)
    return version


def _lessons(course: Course) -> list[VersionLesson]:
    return [
        VersionLesson(
            lesson_id=lesson.id, position=position, title=lesson.title, summary=lesson.summary
        )
        for position, lesson in enumerate(course.lessons, start=1)
    ]


def _etextbooks(course: Course) -> list[VersionEtextbook]:
    return [
        VersionEtextbook(etextbook_id=book.id, position=position, title=book.title)
        for position, book in enumerate(course.etextbooks, start=1)
    ]


def forget_versions(course: Course) -> None:
    """Let the course look up anew which version is shown and in review, and if it is selected."""
    db.session.expire(course, ["version", "review", "quality"])


def get_version_lesson(version: CourseVersion, lesson_id: int) -> VersionLesson:
    """The lesson as the version has it; raises NotFound for one that it does not hold."""
    lesson = db.session.get(VersionLesson, (version.id, lesson_id))
    if lesson is None:
        raise NotFound()
    return lesson


def names_etextbook(etextbook_id: int) -> bool:
    """Whether a version holds the e-textbook, so that its file must stay."""
    named = exists().where(VersionEtextbook.etextbook_id == etextbook_id)
    return bool(db.session.scalar(select(named)))
