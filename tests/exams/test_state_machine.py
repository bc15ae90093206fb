"""Whatever is done to an exam in whatever order: two attempts, nothing lost, completed once."""

import datetime as dt

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lms.certificates.models import Certificate
from lms.core import clock as core_clock
from lms.core.db import db, transaction
from lms.core.errors import Conflict
from lms.core.events import cycle_completed
from lms.enrollments.models import Cycle, CycleState
from lms.exams import operations
from lms.exams.models import Attempt, AttemptState
from lms.exams.rules import GRACE_SECONDS
from lms.exams.tasks import submit_overdue_attempts
from lms.watching.models import WatchedCourse
from tests.exams.conftest import open_attempt
from tests.factories import CourseFactory, CycleFactory, QuestionFactory
from tests.factories.exams import ExamSettingsFactory
from tests.support import MovableClock

QUESTIONS = 3
PASS_POINTS = 60


class PowerFailure(RuntimeError):
    """The machine stops before the commit."""


class ExamMachine(RuleBasedStateMachine):
    """One learner, one course watched; `saved` is what the page was told is saved."""

    def __init__(self):
        super().__init__()
        self.clock = MovableClock(dt.datetime(2025, 6, 2, tzinfo=dt.UTC))
        core_clock.set_source(self.clock)
        self.told = 0
        cycle_completed.connect(self.count)
        course = CourseFactory()
        QuestionFactory.create_batch(2 * QUESTIONS, course=course)
        ExamSettingsFactory(course_id=course.id)
        cycle = CycleFactory(course=course)
        db.session.add(WatchedCourse(cycle_id=cycle.id))
        db.session.commit()
        self.cycle_id = cycle.id
        self.saved = {}
        self.results = {}
        self.serial = 0

    def count(self, cycle):
        # The sweep also hands in what the examples before have left.
        self.told += cycle.id == self.cycle_id

    @property
    def cycle(self):
        db.session.rollback()
        return db.session.get_one(Cycle, self.cycle_id)

    @property
    def attempts(self):
        db.session.rollback()
        query = db.session.query(Attempt).filter_by(cycle_id=self.cycle_id)
        return query.order_by(Attempt.number).all()

    @property
    def running(self):
        return next((one for one in self.attempts if one.state is AttemptState.RUNNING), None)

    @rule()
    def open(self):
        before = self.attempts
        is_active = self.cycle.state is CycleState.ACTIVE
        try:
            attempt = open_attempt(self.cycle)
        except Conflict:
            assert not is_active or len(before) == 2
            return
        assert attempt.id not in {one.id for one in before} or attempt.id == before[-1].id

    @precondition(lambda self: self.running)
    @rule(position=st.integers(1, QUESTIONS), right=st.booleans(), newer=st.booleans())
    def answer(self, position, right, newer):
        self.serial += newer
        attempt = self.running
        is_late = self.clock.present > attempt.deadline_at + dt.timedelta(seconds=GRACE_SECONDS)
        key = (attempt.id, position)
        try:
            with transaction():
                item = db.session.get_one(Attempt, attempt.id).items[position - 1]
                place = item.option_order.index(0 if right else 1)
                stands = operations.save_answer(item.attempt, position, [place], self.serial)
        except Conflict:
            assert is_late
            return
        assert not is_late
        if stands is None and self.saved.get(key, (0,))[0] < self.serial:
            self.saved[key] = (self.serial, right)

    @precondition(lambda self: self.running)
    @rule(fails=st.booleans())
    def submit(self, fails):
        attempt_id = self.running.id
        try:
            with transaction():
                operations.submit_attempt(db.session.get_one(Attempt, attempt_id))
                if fails:
                    raise PowerFailure
        except PowerFailure:
            self.told = 0

    @rule(minutes=st.sampled_from([1, 20, 59, 61, 600]))
    def let_time_pass(self, minutes):
        self.clock.advance(minutes * 60)

    @rule()
    def sweep(self):
        submit_overdue_attempts.run()

    @invariant()
    def never_more_than_two(self):
        attempts = self.attempts
        assert [one.number for one in attempts] == list(range(1, len(attempts) + 1))
        assert len(attempts) <= 2
        assert sum(one.state is AttemptState.RUNNING for one in attempts) <= 1

    @invariant()
    def what_was_saved_stands_and_is_what_is_marked(self):
        for attempt in self.attempts:
            right = 0
            for item in attempt.items:
                serial, is_right = self.saved.get((attempt.id, item.position), (0, False))
                assert item.answer_serial == serial
                assert item.chosen == ([0 if is_right else 1] if serial else [])
                right += is_right
            if attempt.state is not AttemptState.RUNNING:
                assert attempt.points == right * attempt.total_points // QUESTIONS
                passed = right * 100 >= PASS_POINTS * QUESTIONS
                assert (attempt.state is AttemptState.PASSED) == passed
                assert self.results.setdefault(attempt.id, attempt.state) is attempt.state

    @invariant()
    def completed_exactly_once(self):
        passed = any(one.state is AttemptState.PASSED for one in self.attempts)
        state = self.cycle.state
        assert (state is CycleState.COMPLETED) == passed
        failed = [one for one in self.attempts if one.state is AttemptState.FAILED]
        assert (state is CycleState.FAILED) == (len(failed) == 2)
        assert self.told == passed
        mine = db.session.query(Certificate).filter_by(cycle_id=self.cycle_id).count()
        assert mine == passed

    def teardown(self):
        cycle_completed.disconnect(self.count)
        core_clock.set_source(None)


def test_an_exam_keeps_its_promises_whatever_happens(app):
    assert app
    run_state_machine_as_test(
        ExamMachine,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
