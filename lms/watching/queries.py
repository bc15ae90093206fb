"""What was watched: per lesson, per course, and where every second of it comes from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from lms.catalog.version_models import VersionLesson
from lms.core import clock
from lms.core.db import db
from lms.enrollments.models import Cycle
from lms.readings.models import Reading
from lms.videos.models import Video
from lms.watching.material import Material, materials_of_version
from lms.watching.models import LessonProgress, Popup, StudyClock, WatchedCourse
from lms.watching.rules import read_trail


@dataclass(frozen=True)
class LessonStanding:
    """A lesson in a cycle: its progress if it was begun, and how much of it is released."""

    lesson: VersionLesson
    material: Material | None
    progress: LessonProgress | None
    released_ms: int
    duration_ms: int

    @property
    def video(self) -> Video | None:
        return self.material.video if self.material else None

    @property
    def reading(self) -> Reading | None:
        return self.material.reading if self.material else None

    @property
    def is_finished(self) -> bool:
        return self.progress is not None and self.progress.finished_at is not None

    @property
    def is_begun(self) -> bool:
        return self.released_ms > 0

    @property
    def percent(self) -> int:
        """Whole percent; 100 only when the lesson is finished, so that none seems done early."""
        if self.is_finished:
            return 100
        return min(99, self.released_ms * 100 // self.duration_ms) if self.duration_ms else 0


@dataclass(frozen=True)
class Release:
    """One window given to a learner at an instant, or a fall-back to a window."""

    window: int
    happened_at: dt.datetime
    is_fall_back: bool


def is_course_watched(cycle: Cycle) -> bool:
    """Whether every lesson of the cycle's course was watched. Once true it stays true."""
    return db.session.get(WatchedCourse, cycle.id) is not None


def find_progress(cycle_id: int, lesson_id: int) -> LessonProgress | None:
    """The cycle's progress in the lesson, or None if it was not begun."""
    query = select(LessonProgress).where(
        LessonProgress.cycle_id == cycle_id, LessonProgress.lesson_id == lesson_id
    )
    return db.session.scalar(query)


def progress_of(cycle: Cycle) -> list[LessonStanding]:
    """Every lesson of the cycle's version in order, with what is released of it."""
    begun = {progress.lesson_id: progress for progress in _progress_rows(cycle)}
    materials = materials_of_version(cycle.version_id)
    in_play = _in_play(cycle.person_id)
    return [
        _standing(lesson, begun.get(lesson.id), materials.get(lesson.id), in_play)
        for lesson in cycle.version.lessons
    ]


def _progress_rows(cycle: Cycle) -> Sequence[LessonProgress]:
    return db.session.scalars(
        select(LessonProgress).where(LessonProgress.cycle_id == cycle.id)
    ).all()


def _in_play(person_id: int) -> StudyClock | None:
    return db.session.get(StudyClock, person_id, populate_existing=True)


def _standing(
    lesson: VersionLesson,
    progress: LessonProgress | None,
    material: Material | None,
    in_play: StudyClock | None,
) -> LessonStanding:
    if progress is None:
        duration_ms = material.windows.duration_ms if material else 0
        return LessonStanding(lesson, material, None, 0, duration_ms)
    released_ms = min(
        released_windows(progress, in_play) * progress.window_ms, progress.duration_ms
    )
    begun = Material(progress.video, progress.package_version, progress.reading)
    return LessonStanding(lesson, begun, progress, released_ms, progress.duration_ms)


def released_windows(progress: LessonProgress, in_play: StudyClock | None) -> int:
    """How many windows are released: the clock knows it for the lesson in play."""
    if in_play is not None and in_play.progress_id == progress.id:
        return in_play.high_water
    return progress.high_water


def lesson_ids_to_watch(cycle: Cycle) -> set[int]:
    """The lessons that make the course watched: with a film or pages in the version, or begun.

    A lesson without one, such as versions of old courses may have, holds nobody up.
    """
    begun = {row.lesson_id for row in _progress_rows(cycle)}
    return begun | set(materials_of_version(cycle.version_id))


def finished_lesson_ids(cycle: Cycle) -> set[int]:
    """The lessons finished in this cycle."""
    return {row.lesson_id for row in _progress_rows(cycle) if row.finished_at is not None}


def open_popup(progress_id: int) -> Popup | None:
    """The question asked and not yet answered, or None."""
    query = select(Popup).where(Popup.progress_id == progress_id, Popup.answered_at.is_(None))
    return db.session.scalar(query)


def popups_of(progress_id: int) -> list[Popup]:
    """Every question asked in the lesson, in order."""
    query = select(Popup).where(Popup.progress_id == progress_id).order_by(Popup.id)
    return list(db.session.scalars(query))


def progress_ids_to_finish(cycle_id: int | None = None) -> list[int]:
    """Lessons seen to their end that nobody has finished yet, of one cycle or of all."""
    now_ms = clock.now_ms()
    at_end = (
        StudyClock.high_water == StudyClock.window_count,
        StudyClock.due_ms <= now_ms,
        StudyClock.next_gate.is_(None),
    )
    in_play = select(StudyClock.progress_id).where(
        StudyClock.progress_id.is_not(None), StudyClock.window_count > 0, *at_end
    )
    query = select(LessonProgress).where(
        LessonProgress.finished_at.is_(None),
        or_(LessonProgress.ends_at_ms <= now_ms, LessonProgress.id.in_(in_play)),
    )
    if cycle_id is not None:
        query = query.where(LessonProgress.cycle_id == cycle_id)
    found = db.session.scalars(query.order_by(LessonProgress.id))
    return [progress.id for progress in found if progress.next_gate is None]


def releases_of(progress: LessonProgress) -> list[Release]:
    """When every window was given: the account an inspector reads."""
    in_play = _in_play(progress.cycle.person_id)
    is_in_play = in_play is not None and in_play.progress_id == progress.id
    trail = progress.trail + (in_play.trail if in_play is not None and is_in_play else "")
    return [
        Release(
            entry.window,
            progress.started_at + dt.timedelta(seconds=entry.seconds),
            entry.is_fall_back,
        )
        for entry in read_trail(trail)
    ]
