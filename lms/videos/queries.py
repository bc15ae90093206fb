"""Finding videos and their addresses."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from lms.catalog.models import Course, Lesson, LessonKind
from lms.core.db import db
from lms.core.errors import NotFound
from lms.videos.models import IN_WORK, Subtitle, Video, VideoState
from lms.videos.plans import THUMBNAIL_EVERY_SECONDS
from lms.videos.storage import settings

_MOST_INSTANTS = 180


def current_video(lesson_id: int) -> Video | None:
    """The lesson's ready video, or None."""
    query = select(Video).where(Video.lesson_id == lesson_id, Video.state == VideoState.READY)
    return db.session.scalar(query)


def count_in_work(course_id: int) -> int:
    """How many videos of the course wait or are being packaged."""
    query = select(func.count(Video.id)).join(Lesson).where(Lesson.course_id == course_id)
    return db.session.scalar(query.where(Video.state.in_(IN_WORK))) or 0


def current_videos(lesson_ids: Collection[int]) -> dict[int, Video]:
    """The ready videos of these lessons, by the lesson: `current_video` of many at once."""
    query = select(Video).where(Video.lesson_id.in_(lesson_ids), Video.state == VideoState.READY)
    return {video.lesson_id: video for video in db.session.scalars(query)}


def newest_videos(lesson_ids: Collection[int]) -> dict[int, Video]:
    """The videos given last for these lessons, in whatever state, by the lesson."""
    last = select(func.max(Video.id)).where(Video.lesson_id.in_(lesson_ids))
    query = select(Video).where(Video.id.in_(last.group_by(Video.lesson_id)))
    return {video.lesson_id: video for video in db.session.scalars(query)}


def total_duration_ms(course: Course) -> int:
    """How long the films of the draft's lessons are together, in milliseconds."""
    query = select(func.sum(Video.duration_ms)).join(Lesson)
    query = query.where(Lesson.course_id == course.id, Video.state == VideoState.READY)
    return db.session.scalar(query) or 0


def get_video(video_id: int) -> Video:
    """The video; raises NotFound if there is none."""
    video = db.session.get(Video, video_id)
    if video is None:
        raise NotFound()
    return video


def package_url(video: Video, name: str) -> str:
    """The address of a file of the video's package: "poster.jpg", "thumbnails.vtt"."""
    base = settings().media_base_url.rstrip("/")
    return f"{base}/{video.package.public_id}/{video.package_version}/{name}"


def poster_url(video: Video) -> str:
    """The address of the picture shown before the film plays."""
    return package_url(video, video.poster_name)


def instants(video: Video) -> range:
    """The seconds of a film to choose a poster from: those of its thumbnails, or some of them."""
    seconds = video.duration_ms // 1000
    step = THUMBNAIL_EVERY_SECONDS * (1 + seconds // (THUMBNAIL_EVERY_SECONDS * _MOST_INSTANTS))
    return range(0, seconds + 1, step)


def playlist_url(video: Video) -> str:
    """The address of the master playlist."""
    return package_url(video, "master.m3u8")


def subtitles_of(lesson_id: int) -> Sequence[Subtitle]:
    """The lesson's subtitles, Chinese first."""
    query = select(Subtitle).where(Subtitle.lesson_id == lesson_id)
    return db.session.scalars(query.order_by(Subtitle.language.desc())).all()


def subtitle_url(subtitle: Subtitle) -> str:
    """The address of a WebVTT file."""
    return f"{settings().media_base_url.rstrip('/')}/{subtitle.path}"


def lessons_without_video(course: Course) -> list[Lesson]:
    """The lessons of the course that are to be watched and cannot be yet, in order."""
    ready = (
        select(Video.lesson_id)
        .join(Lesson)
        .where(Lesson.course_id == course.id, Video.state == VideoState.READY)
    )
    watchable = set(db.session.scalars(ready))
    films = (lesson for lesson in course.lessons if lesson.kind is LessonKind.FILM)
    return [lesson for lesson in films if lesson.id not in watchable]
