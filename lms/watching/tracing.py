"""How a lesson was watched, step by step: what a learner and an inspector are shown of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.enrollments.models import Cycle
from lms.watching.models import LessonProgress, Popup
from lms.watching.queries import Release, releases_of


@dataclass(frozen=True)
class TraceStep:
    """What happened at an instant: a window was given, a fall-back to one, or a pop-up answered.

    `start` and `end` are seconds of the film; those of a pop-up are both where it stopped the film.
    `page` is the page to read, from 1; a pop-up was asked before it.
    """

    happened_at: dt.datetime
    start: int
    end: int
    page: int
    is_fall_back: bool = False
    popup: Popup | None = None


@dataclass(frozen=True)
class LessonTrace:
    """One lesson's steps in order, with the sums that go before them."""

    title: str
    progress: LessonProgress
    steps: Sequence[TraceStep]

    @property
    def is_reading(self) -> bool:
        """Whether pages were read, and no film was watched."""
        return self.progress.reading_id is not None

    @property
    def window_count(self) -> int:
        """How many windows were given, those given again after a fall-back included."""
        return sum(step.popup is None and not step.is_fall_back for step in self.steps)

    @property
    def popups(self) -> list[Popup]:
        """The pop-ups that were answered."""
        return [step.popup for step in self.steps if step.popup is not None]

    @property
    def right_count(self) -> int:
        return sum(bool(popup.is_right) for popup in self.popups)


def traces_of(cycle: Cycle) -> list[LessonTrace]:
    """The lessons that were begun in a cycle, in the order of its version."""
    begun = {
        progress.lesson_id: progress
        for progress in db.session.scalars(
            select(LessonProgress).where(LessonProgress.cycle_id == cycle.id)
        )
    }
    asked = _popups_by_progress(cycle)
    return [
        LessonTrace(lesson.title, progress, _steps(progress, asked.get(progress.id, [])))
        for lesson in cycle.version.lessons
        if (progress := begun.get(lesson.id)) is not None
    ]


def _popups_by_progress(cycle: Cycle) -> dict[int, list[Popup]]:
    query = (
        select(Popup)
        .join(Popup.progress)
        .where(LessonProgress.cycle_id == cycle.id, Popup.answered_at.is_not(None))
        .options(joinedload(Popup.question))
        .order_by(Popup.id)
    )
    found: dict[int, list[Popup]] = {}
    for popup in db.session.scalars(query):
        found.setdefault(popup.progress_id, []).append(popup)
    return found


def _steps(progress: LessonProgress, popups: Sequence[Popup]) -> list[TraceStep]:
    steps: list[TraceStep] = []
    waiting = list(popups)
    for release in releases_of(progress):
        while waiting and _came_first(waiting[0], release):
            steps.append(_popup_step(progress, waiting.pop(0)))
        start, end = (_seconds(progress, release.window + more) for more in (0, 1))
        page = release.window + 1
        steps.append(TraceStep(release.happened_at, start, end, page, release.is_fall_back))
    return steps + [_popup_step(progress, popup) for popup in waiting]


def _came_first(popup: Popup, release: Release) -> bool:
    """Whether the answer was given before the release, which is noted by whole seconds only."""
    early = release.happened_at - _answered_at(popup)
    if abs(early) > dt.timedelta(seconds=1):
        return early > dt.timedelta()
    return release.is_fall_back or release.window >= popup.gate


def _answered_at(popup: Popup) -> dt.datetime:
    return popup.answered_at or popup.asked_at


def _popup_step(progress: LessonProgress, popup: Popup) -> TraceStep:
    place = _seconds(progress, popup.gate)
    return TraceStep(_answered_at(popup), place, place, popup.gate + 1, popup=popup)


def _seconds(progress: LessonProgress, window: int) -> int:
    return min(window * progress.window_ms, progress.duration_ms) // 1000
