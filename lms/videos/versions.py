"""Which film belongs to which version of a course."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.catalog.models import Course, Lesson
from lms.catalog.version_models import CourseVersion, VersionLesson
from lms.core.db import db
from lms.videos.models import VersionVideo, Video
from lms.videos.queries import current_videos


def bind_videos(version: CourseVersion) -> None:
    """Handler of events.course_frozen: each lesson keeps in the version the film it has now."""
    ready = current_videos([lesson.lesson_id for lesson in version.lessons])
    for lesson_id, video in ready.items():
        bind_video(version.id, lesson_id, video)
    db.session.flush()


def bind_video(version_id: int, lesson_id: int, video: Video) -> None:
    """Let the lesson have this film, as it is packaged now, in the version."""
    db.session.add(
        VersionVideo(
            version_id=version_id,
            lesson_id=lesson_id,
            video=video,
            package_version=video.package_version,
        )
    )


def bound_video(version_id: int, lesson_id: int) -> VersionVideo | None:
    """The film of the lesson in the version, or None."""
    return db.session.get(VersionVideo, (version_id, lesson_id))


def videos_of_version(version_id: int) -> dict[int, Video]:
    """The film of each lesson of the version, by the lesson's number."""
    query = select(VersionVideo).where(VersionVideo.version_id == version_id)
    bound = db.session.scalars(query.options(joinedload(VersionVideo.video)))
    return {row.lesson_id: row.video for row in bound}


def videos_shown(lessons: Sequence[Lesson | VersionLesson]) -> dict[int, Video]:
    """The films of lessons of one draft, or of lessons as one version has them, by the lesson."""
    first = next(iter(lessons), None)
    if isinstance(first, VersionLesson):
        return videos_of_version(first.version_id)
    return current_videos([lesson.id for lesson in lessons])


def _videos_of(side: Course | CourseVersion) -> dict[int, Video]:
    if isinstance(side, CourseVersion):
        return videos_of_version(side.id)
    return current_videos([lesson.id for lesson in side.lessons])


def video_differences(old: Course | CourseVersion, new: Course | CourseVersion) -> list[str]:
    """The lessons of both that have another film in `new`."""
    before, after = _videos_of(old), _videos_of(new)
    return [
        _("课时“%(title)s”的视频已更换", title=lesson.title)
        for lesson in new.lessons
        if lesson.id in before and lesson.id in after and before[lesson.id] != after[lesson.id]
    ]
