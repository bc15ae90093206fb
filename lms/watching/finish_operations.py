"""Finishing lessons and courses, each exactly once, by the server's clock alone."""

from sqlalchemy import update

from lms.core import clock
from lms.core.db import db, hold
from lms.core.errors import NotFound, TooEarly
from lms.core.events import course_watched
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import complete_cycle
from lms.watching.errors import NotWatchedYet, PopupDue
from lms.watching.models import LessonProgress, WatchedCourse
from lms.watching.operations import lock_clock, settle
from lms.watching.queries import finished_lesson_ids, is_course_watched, lesson_ids_to_watch


def finish_lesson(progress_id: int) -> LessonProgress:
    """Finish a lesson seen to its end; with the course's last one the course is watched.

    Tells course_watched once, and completes the cycle of a course without an exam (Jining 2022,
    二(二)2). Asking again changes nothing. Raises NotWatchedYet, PopupDue, or TooEarly while the
    last window still plays.
    """
    progress = _locked(progress_id)
    if progress.finished_at is not None:
        return progress
    _check_seen(progress)
    # Two lessons that end together must not each think the other one is still open.
    hold(progress.cycle)
    _mark_finished(progress)
    if progress.cycle.state is CycleState.ACTIVE:
        _finish_course(progress.cycle)
    return progress


def _locked(progress_id: int) -> LessonProgress:
    progress = db.session.get(LessonProgress, progress_id)
    if progress is None:
        raise NotFound()
    study_clock = lock_clock(progress.cycle.person_id)
    hold(progress)
    if study_clock.progress_id == progress.id:
        settle(study_clock)
    return progress


def _check_seen(progress: LessonProgress) -> None:
    if progress.high_water < progress.window_count or progress.ends_at_ms is None:
        raise NotWatchedYet()
    early_ms = progress.ends_at_ms - clock.now_ms()
    if early_ms > 0:
        raise TooEarly(retry_after=early_ms / 1000)
    if progress.next_gate is not None:
        raise PopupDue()


def _mark_finished(progress: LessonProgress) -> None:
    # The locks let one in at a time; the condition holds even without them.
    db.session.execute(
        update(LessonProgress)
        .where(LessonProgress.id == progress.id, LessonProgress.finished_at.is_(None))
        .values(finished_at=clock.now())
    )
    db.session.refresh(progress)


def _finish_course(cycle: Cycle) -> None:
    if is_course_watched(cycle) or lesson_ids_to_watch(cycle) - finished_lesson_ids(cycle):
        return
    db.session.add(WatchedCourse(cycle_id=cycle.id))
    db.session.flush()
    course_watched.send(cycle)
    if not cycle.version.requires_exam:
        complete_cycle(cycle)
