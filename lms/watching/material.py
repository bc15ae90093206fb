"""What a lesson lets one study, window by window: a film, or pages to read.

To the gate both are the same: a name, so many windows, and how long each of them takes. What a
window holds, and how it is handed out, is all that differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lms.catalog.models import Lesson
from lms.catalog.version_models import VersionLesson
from lms.readings.models import Reading
from lms.readings.queries import current_reading
from lms.readings.versions import bound_reading, readings_of_version, readings_shown
from lms.videos.models import Video
from lms.videos.queries import current_video
from lms.videos.versions import bound_video, videos_of_version, videos_shown


class Windowed(Protocol):
    """Something cut into windows of `window_seconds` each; a last one may take the rest."""

    @property
    def window_count(self) -> int: ...
    @property
    def window_seconds(self) -> int: ...
    @property
    def duration_ms(self) -> int: ...


@dataclass(frozen=True)
class Material:
    """What a lesson has: one of a film, with the version of its package, or pages to read."""

    video: Video | None = None
    package_version: int = 0
    reading: Reading | None = None

    @property
    def windows(self) -> Windowed:
        found = self.video or self.reading
        assert found is not None
        return found

    @property
    def duration_ms(self) -> int:
        """How long it takes at life's pace, in milliseconds."""
        return self.windows.duration_ms


def bound_material(version_id: int, lesson_id: int) -> Material | None:
    """What the lesson has in the version, or None."""
    bound = bound_video(version_id, lesson_id)
    if bound is not None:
        return Material(video=bound.video, package_version=bound.package_version)
    reading = bound_reading(version_id, lesson_id)
    return Material(reading=reading) if reading is not None else None


def current_material(lesson_id: int) -> Material | None:
    """What the lesson's draft has now, or None."""
    video = current_video(lesson_id)
    if video is not None:
        return Material(video=video, package_version=video.package_version)
    reading = current_reading(lesson_id)
    return Material(reading=reading) if reading is not None else None


def materials_of_version(version_id: int) -> dict[int, Material]:
    """What each lesson of the version has, by the lesson's number."""
    return _materials(videos_of_version(version_id), readings_of_version(version_id))


def materials_shown(lessons: Sequence[Lesson | VersionLesson]) -> dict[int, Material]:
    """What lessons of one draft, or of one version, have, by the lesson."""
    return _materials(videos_shown(lessons), readings_shown(lessons))


def _materials(films: dict[int, Video], readings: dict[int, Reading]) -> dict[int, Material]:
    watched = {number: Material(video, video.package_version) for number, video in films.items()}
    return watched | {number: Material(reading=reading) for number, reading in readings.items()}
