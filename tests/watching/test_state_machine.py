"""Whatever a learner's pages do in whatever order, nobody beats the clock or loses anything."""

import datetime as dt
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lms.core import clock as core_clock
from lms.core.db import db
from lms.core.events import course_watched, cycle_completed
from lms.core.lean import LeanConnection
from lms.watching.queries import progress_of, releases_of
from lms.watching.tasks import finish_seen_lessons
from tests.support import MovableClock
from tests.watching.support import Page, make_study

WINDOWS = 4
ALLOWANCE = 2 * 30
PACE = 2


class PowerFailure(RuntimeError):
    """The machine stops before the commit."""


@contextmanager
def dies_after(statements):
    """Of an answer's transaction so many statements come through, and then nothing more."""
    change, begun = LeanConnection.change, []

    def count(self, *more):
        # The fast lane tries, then the ordinary route; each gets as far.
        begun.append(1)
        if (len(begun) - 1) % (statements + 1) == statements:
            raise PowerFailure
        return change(self, *more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(LeanConnection, "change", count)
        yield


class LearnerMachine(RuleBasedStateMachine):
    """Two pages, two lessons, gates in each; the course completes without an exam.

    `read` are the numbers of the lessons that are read and not watched.
    """

    app = None
    read = ()

    def __init__(self):
        super().__init__()
        self.clock = MovableClock(dt.datetime(2025, 6, 2, tzinfo=dt.UTC))
        core_clock.set_source(self.clock)
        self.began = self.clock.present
        self.told = []
        self.watched = lambda _cycle: self.told.append("watched")
        self.completed = lambda _cycle: self.told.append("completed")
        course_watched.connect(self.watched)
        cycle_completed.connect(self.completed)
        self.cycle = make_study(
            WINDOWS,
            questions=5,
            lessons=2,
            read=self.read,
            requires_exam=False,
            max_pace_tenths=PACE * 10,
        )
        self.cycle_id = self.cycle.id
        self.lesson_ids = [lesson.id for lesson in self.cycle.course.lessons]
        self.pages = [Page.of(self.app, self.cycle, n) for n in (0, 0, 1)]
        self.holder = None
        self.passed = {}
        self.asked = None

    @rule(page=st.integers(0, 2))
    def open(self, page):
        self.pages[page].open()
        self.holder = page

    @precondition(lambda self: self.holder is not None)
    @rule(page=st.integers(0, 2), window=st.integers(0, WINDOWS))
    def ask_any(self, page, window):
        if not self.pages[page].token:
            return
        answer = self.pages[page].key(window)
        assert answer.status_code in (200, 403, 409, 423, 425)
        assert (answer.status_code == 409) == (page != self.holder and window < WINDOWS)

    @precondition(lambda self: self.holder is not None)
    @rule()
    def watch_next(self):
        page = self.pages[self.holder]
        before = page.study_clock.high_water
        answer = page.key(before)
        expected = before + 1 if answer.status_code == 200 else before
        assert page.study_clock.high_water == expected

    @rule(seconds=st.sampled_from([1, 7, 15, 30, 90, 3600]))
    def let_time_pass(self, seconds):
        self.clock.advance(seconds)

    @precondition(lambda self: self.holder is not None)
    @rule(right=st.booleans())
    def answer(self, right):
        page = self.pages[self.holder]
        asked = page.post("popup")
        assert asked.status_code in (200, 409, 425)
        if asked.status_code == 200 and asked.json["popup"]:
            assert page.study_clock.due_ms - 2000 <= core_clock.now_ms()
            assert page.answer(asked.json["popup"], right=right).json["right"] is right

    @precondition(lambda self: self.holder is not None)
    @rule(right=st.booleans(), statements=st.integers(0, 2))
    def power_fails_while_answering(self, right, statements):
        page = self.pages[self.holder]
        asked = page.post("popup")
        if asked.status_code != 200 or not asked.json["popup"]:
            return
        with dies_after(statements):
            assert page.answer(asked.json["popup"], right=right).status_code == 500
        assert page.post("popup").json["popup"]["nonce"] == asked.json["popup"]["nonce"]

    @rule(lesson=st.integers(1, 2))
    def finish(self, lesson):
        answer = self.pages[lesson].post("finish")
        assert answer.status_code in (200, 404, 409, 423, 425)
        if answer.status_code == 200:
            progress = self.pages[lesson].progress
            assert progress.high_water == WINDOWS
            assert progress.next_gate is None

    @rule()
    def sweep(self):
        finish_seen_lessons.run()

    def _standings(self):
        db.session.rollback()
        return progress_of(db.session.merge(self.cycle, load=True))

    @invariant()
    def never_faster_than_the_clock(self):
        begun = [one.progress for one in self._standings() if one.progress]
        releases = [r for p in begun for r in releases_of(p) if not r.is_fall_back]
        elapsed = (self.clock.present - self.began).total_seconds()
        # One window is in play, and the allowance is what may be ahead of it.
        assert len(releases) * 30 <= elapsed * PACE + ALLOWANCE + 30

    @invariant()
    def nothing_is_lost(self):
        for one in self._standings():
            if one.progress is None:
                continue
            mark = 0
            for release in releases_of(one.progress):
                assert release.is_fall_back or release.window == mark
                mark = release.window if release.is_fall_back else mark + 1
            assert one.released_ms == mark * 30_000
            assert set(self.passed.get(one.lesson.id, [])) <= set(one.progress.gates_passed)
            self.passed[one.lesson.id] = list(one.progress.gates_passed)

    @invariant()
    def completion_is_told_once(self):
        finished = sum(one.is_finished for one in self._standings())
        assert self.told == (["watched", "completed"] if finished == 2 else [])

    def teardown(self):
        course_watched.disconnect(self.watched)
        cycle_completed.disconnect(self.completed)
        core_clock.set_source(None)


@pytest.mark.parametrize(("steps", "read"), [(20, ()), (60, ()), (30, (1,)), (30, (0, 1))], ids=str)
def test_learner_never_beats_the_clock_and_loses_nothing(app, steps, read):
    class Machine(LearnerMachine):
        pass

    Machine.app, Machine.read = app, read
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
