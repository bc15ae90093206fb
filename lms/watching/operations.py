"""The lease: opening a lesson parks the one in play and loads the other, in one transaction."""

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.config import Settings
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, NotFound
from lms.enrollments.models import Cycle, CycleState
from lms.watching import rules
from lms.watching.errors import LeaseLost
from lms.watching.gates import lesson_gates
from lms.watching.material import bound_material
from lms.watching.models import LessonProgress, StudyClock
from lms.watching.queries import find_progress
from lms.watching.quiet.queries import stretches_of
from lms.watching.tokens import WatchTerms

# Whoever stopped so near the end of a film has seen it.
_END_MS = 3000


def take_lease(actor: Person, cycle: Cycle, lesson: Lesson, settings: Settings) -> WatchTerms:
    """Let this page of `actor` play `lesson`; whatever page played before has lost its lease.

    A cycle that has ended and a course that is closed can be looked at as far as it was released.
    Raises NotFound for a lesson of another course, Conflict if there is nothing to play.
    """
    if lesson.course_id != cycle.course_id or cycle.person_id != actor.id:
        raise NotFound()
    study_clock = lock_clock(actor.id)
    # A refund may have waited for the clock before us: the token must not outlive the cycle.
    db.session.refresh(cycle)
    settle(study_clock)
    progress = find_progress(cycle.id, lesson.id) or _begin(cycle, lesson, settings)
    _load(study_clock, progress)
    return _terms(study_clock, progress, settings)


def lock_clock(person_id: int) -> StudyClock:
    """The learner's clock, made at first use and held until the transaction ends.

    Every operation takes this lock first, so that none waits for another in a circle.
    """
    found = _held_clock(person_id)
    if found is not None:
        return found
    try:
        with db.session.begin_nested():
            db.session.add(StudyClock(person_id=person_id))
    except IntegrityError:
        pass
    made = _held_clock(person_id)
    if made is None:
        raise NotFound()
    return made


def _held_clock(person_id: int) -> StudyClock | None:
    # Keys are released past the session, so what it remembers of the row may be old.
    return db.session.get(StudyClock, person_id, with_for_update=True, populate_existing=True)


def settle(study_clock: StudyClock) -> None:
    """Write what was released on the clock into the progress of the lesson in play."""
    progress = study_clock.progress
    if progress is None:
        return
    progress.high_water = study_clock.high_water
    progress.trail += study_clock.trail
    study_clock.trail = ""
    if progress.high_water == progress.window_count and progress.ends_at_ms is None:
        progress.ends_at_ms = study_clock.due_ms
    db.session.flush()


def hold_lease(actor: Person, terms: WatchTerms) -> tuple[StudyClock, LessonProgress]:
    """The clock, locked and settled, and the progress in play.

    Raises LeaseLost if another page or device has taken over.
    """
    study_clock = lock_clock(actor.id)
    progress = study_clock.progress
    if study_clock.lease != terms.lease or progress is None:
        raise LeaseLost()
    settle(study_clock)
    return study_clock, progress


def keep_position(terms: WatchTerms, at_ms: Any) -> bool:
    """Note where the page that holds the lease stopped, in milliseconds; whether it was noted.

    A page without the lease, and what is no moment of the released part, changes nothing.
    """
    high_water = db.session.scalar(
        select(StudyClock.high_water).where(
            StudyClock.person_id == terms.person_id,
            StudyClock.lease == terms.lease,
            StudyClock.progress_id == terms.progress_id,
        )
    )
    is_moment = isinstance(at_ms, int) and not isinstance(at_ms, bool)
    if high_water is None or not is_moment or not 0 <= at_ms <= high_water * terms.window_ms:
        return False
    left = {"left_ms": at_ms, "left_high_water": high_water, "left_lease": terms.lease}
    db.session.execute(
        update(LessonProgress).where(LessonProgress.id == terms.progress_id).values(**left)
    )
    return True


def resume_ms(progress: LessonProgress) -> int:
    """Where one goes on, in milliseconds; a film seen to its end begins anew."""
    left_ms = progress.left_ms
    if left_ms is not None and left_ms >= progress.duration_ms - _END_MS:
        left_ms = None
    if left_ms is None and progress.finished_at is not None:
        return 0
    fetched_ahead = rules.READ_AHEAD if progress.reading_id is not None else rules.PLAYED_AHEAD
    return rules.resume_ms(
        left_ms, progress.left_high_water, progress.high_water, progress.window_ms, fetched_ahead
    )


def drop_lease(cycle: Cycle) -> None:
    """Shut the gate for a cycle that is withdrawn: tokens made before release nothing more."""
    study_clock = lock_clock(cycle.person_id)
    progress = study_clock.progress
    if progress is None or progress.cycle_id != cycle.id:
        return
    settle(study_clock)
    study_clock.lease = 0
    study_clock.progress_id = None
    db.session.flush()


def _begin(cycle: Cycle, lesson: Lesson, settings: Settings) -> LessonProgress:
    """Begin what the lesson has in the cycle's version, and draw the gates."""
    if cycle.state is not CycleState.ACTIVE or not cycle.course.is_study_time:
        raise Conflict(_l("课程已经结束，没有学过的课时不能再学。"))
    bound = bound_material(cycle.version_id, lesson.id)
    if bound is None:
        raise Conflict(_l("本课时的内容正在准备，请稍后再来。"))
    windows = bound.windows
    quiet = stretches_of(lesson.id, cycle.version_id)
    progress = LessonProgress(
        cycle_id=cycle.id,
        lesson_id=lesson.id,
        video=bound.video,
        package_version=bound.package_version,
        reading=bound.reading,
        window_count=windows.window_count,
        window_ms=windows.window_seconds * 1000,
        duration_ms=windows.duration_ms,
        gates=lesson_gates(
            cycle.course_id, cycle.version_id, lesson.id, windows, quiet, settings.popup_every
        ),
    )
    db.session.add(progress)
    db.session.flush()
    return progress


def _load(study_clock: StudyClock, progress: LessonProgress) -> None:
    # due_ms stays: the bucket is the learner's, and changing lessons never refills it.
    study_clock.lease = secrets.randbits(62) + 1
    study_clock.progress_id = progress.id
    study_clock.high_water = progress.high_water
    study_clock.window_count = progress.window_count
    study_clock.next_gate = progress.next_gate
    study_clock.trail = ""
    db.session.flush()


def _terms(study_clock: StudyClock, progress: LessonProgress, settings: Settings) -> WatchTerms:
    now_ms = clock.now_ms()
    video_id, public_id = _address(progress)
    rest_ms = progress.duration_ms - (progress.window_count - 1) * progress.window_ms
    return WatchTerms(
        person_id=study_clock.person_id,
        lease=study_clock.lease,
        progress_id=progress.id,
        video_id=video_id,
        package_version=progress.package_version,
        window_count=progress.window_count,
        window_ms=progress.window_ms,
        last_window_ms=rest_ms,
        pace_tenths=progress.cycle.version.max_pace_tenths,
        closes_at_ms=closes_at_ms(progress.cycle),
        expires_at_ms=now_ms + settings.watch_token_hours * 3_600_000,
        started_at_ms=int(progress.started_at.timestamp() * 1000),
        public_id=public_id,
    )


def _address(progress: LessonProgress) -> tuple[int, str]:
    """The number of the film whose keys are given, 0 for pages; and the name in addresses."""
    if progress.video is not None:
        return progress.video.package.id, progress.video.package.public_id
    assert progress.reading is not None
    return 0, progress.reading.public_id


def closes_at_ms(cycle: Cycle) -> int:
    """When windows cease to be released: the end of the course's last day, or of the cycle.

    0 for never, 1 for now. Days end at 24:00 in Shanghai.
    """
    course = cycle.course
    if cycle.state is not CycleState.ACTIVE or course.opens_on is not None:
        return 1
    return int(clock.end_of_day(course.last_day).timestamp() * 1000) if course.last_day else 0
