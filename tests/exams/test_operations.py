import threading

import pytest
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import withdraw_cycle
from lms.exams import operations, queries
from lms.exams.models import Attempt, AttemptState, PaperItem
from lms.exams.tasks import submit_overdue_attempts
from lms.watching.models import WatchedCourse
from tests.exams.conftest import answer_all, open_attempt, sit, submit
from tests.factories import CycleFactory, PersonFactory


def _attempt_count():
    return db.session.scalar(select(func.count()).select_from(Attempt))


def test_exam_stays_shut_until_all_lessons_are_watched(course):
    cycle = CycleFactory(course=course)
    with pytest.raises(Conflict, match="学完全部课时"):
        open_attempt(cycle)
    assert _attempt_count() == 0


def test_opening_again_returns_the_running_paper_and_books_no_attempt(cycle):
    first = open_attempt(cycle)
    assert open_attempt(cycle).id == first.id
    assert _attempt_count() == 1


def test_clicks_at_once_open_one_paper(app, cycle):
    cycle_id, person_id = cycle.id, cycle.person_id
    opened = []

    def click():
        with app.app_context(), transaction():
            own = db.session.get(Cycle, cycle_id)
            assert own.person_id == person_id
            opened.append(operations.open_attempt(own.person, own).id)

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(opened) == 6
    assert len(set(opened)) == 1
    assert _attempt_count() == 1


def test_passing_completes_the_cycle(cycle):
    attempt = sit(cycle, right=True)
    assert attempt.state is AttemptState.PASSED
    assert attempt.points == attempt.total_points == 3000
    assert cycle.state is CycleState.COMPLETED


def test_two_failures_end_the_cycle_and_there_is_no_third(cycle):
    assert sit(cycle, right=False).state is AttemptState.FAILED
    assert cycle.state is CycleState.ACTIVE
    sit(cycle, right=False)
    assert cycle.state is CycleState.FAILED
    with pytest.raises(Conflict):
        open_attempt(cycle)
    assert _attempt_count() == 2


def test_second_paper_asks_other_questions(cycle):
    sit(cycle, right=False)
    sit(cycle, right=False)
    papers = [{item.question_id for item in a.items} for a in queries.attempts_of(cycle.id)]
    assert not papers[0] & papers[1]


def test_submitting_at_once_marks_once(app, cycle):
    attempt = open_attempt(cycle)
    answer_all(attempt, right=True)
    attempt_id = attempt.id
    errors = []

    def click():
        with app.app_context():
            try:
                with transaction():
                    operations.submit_attempt(db.session.get(Attempt, attempt_id))
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert errors == []
    assert cycle.state is CycleState.COMPLETED


def test_answer_after_the_deadline_is_refused_and_the_saved_ones_count(cycle, clock):
    attempt = open_attempt(cycle)
    answer_all(attempt, right=True)
    clock.advance(minutes=30, seconds=6)
    with pytest.raises(Conflict), transaction():
        operations.save_answer(attempt, 1, [0], 2)
    assert submit_overdue_attempts.run() == 1
    db.session.rollback()
    assert attempt.state is AttemptState.PASSED
    assert attempt.was_overdue


def test_overdue_attempt_with_nothing_saved_fails(cycle, clock):
    open_attempt(cycle)
    clock.advance(minutes=31)
    assert submit_overdue_attempts.run() == 1
    assert submit_overdue_attempts.run() == 0
    assert queries.attempts_of(cycle.id)[0].points == 0


def test_running_attempt_is_left_alone_by_the_sweep(cycle, clock):
    open_attempt(cycle)
    clock.advance(minutes=29)
    assert submit_overdue_attempts.run() == 0


def test_older_answer_arriving_late_does_not_undo_a_newer_one(cycle):
    attempt = open_attempt(cycle)
    with transaction():
        operations.save_answer(attempt, 1, [2], 5)
    with transaction():
        operations.save_answer(attempt, 1, [0], 4)
    item = db.session.scalars(select(PaperItem).where(PaperItem.position == 1)).one()
    assert item.chosen == [item.option_order[2]]


@pytest.mark.parametrize("shown", [[4], [-1], [0, 0]])
def test_option_that_does_not_exist_is_refused(cycle, shown):
    attempt = open_attempt(cycle)
    with pytest.raises(Invalid), transaction():
        operations.save_answer(attempt, 1, shown, 1)


def test_question_that_is_not_on_the_paper_is_refused(cycle):
    attempt = open_attempt(cycle)
    with pytest.raises(NotFound), transaction():
        operations.save_answer(attempt, 9, [0], 1)


def test_answers_are_taken_no_more_once_submitted(cycle):
    attempt = open_attempt(cycle)
    submit(attempt)
    with pytest.raises(Conflict), transaction():
        operations.save_answer(attempt, 1, [0], 1)


def test_another_persons_attempt_does_not_exist_for_me(cycle):
    attempt = open_attempt(cycle)
    with pytest.raises(NotFound):
        queries.own_attempt(PersonFactory(), attempt.id)


def test_closed_course_opens_no_paper(cycle, clock):
    cycle.course.closes_on = clock().date()
    db.session.commit()
    clock.advance(days=1)
    with pytest.raises(Conflict, match="关闭"):
        open_attempt(cycle)


def test_watching_alone_is_known_by_its_own_record(cycle):
    db.session.delete(db.session.get(WatchedCourse, cycle.id))
    db.session.commit()
    with pytest.raises(Conflict, match="学完全部课时"):
        open_attempt(cycle)


def test_refund_during_an_exam_keeps_no_other_paper_waiting(course, cycle, clock):
    refunded, other = cycle, CycleFactory(course=course)
    db.session.add(WatchedCourse(cycle_id=other.id))
    db.session.commit()
    answer_all(open_attempt(refunded), right=True)
    open_attempt(other)
    with transaction():
        withdraw_cycle(PersonFactory(), refunded)
    clock.advance(minutes=31)
    assert submit_overdue_attempts.run() == 2
    db.session.rollback()
    states = [a.state for c in (refunded, other) for a in queries.attempts_of(c.id)]
    assert states == [AttemptState.PASSED, AttemptState.FAILED]
    assert refunded.state is CycleState.WITHDRAWN


def test_one_paper_that_cannot_be_submitted_stops_no_other(course, cycle, clock, monkeypatch):
    other = CycleFactory(course=course)
    db.session.add(WatchedCourse(cycle_id=other.id))
    db.session.commit()
    broken = open_attempt(cycle).id
    open_attempt(other)
    clock.advance(minutes=31)

    def submit_or_fail(attempt, **how):
        if attempt.id == broken:
            raise RuntimeError
        return operations.submit_attempt(attempt, **how)

    monkeypatch.setattr("lms.exams.tasks.submit_attempt", submit_or_fail)
    submit_overdue_attempts.run()
    db.session.rollback()
    assert queries.attempts_of(other.id)[0].state is AttemptState.FAILED


def test_answer_of_an_older_tab_is_told_what_stands(cycle):
    attempt = open_attempt(cycle)
    with transaction():
        assert operations.save_answer(attempt, 1, [2], 5) is None
    with transaction():
        assert operations.save_answer(attempt, 1, [0], 1).answer_serial == 5


def test_of_two_tabs_with_one_serial_the_second_is_told_what_stands(cycle):
    attempt = open_attempt(cycle)
    with transaction():
        operations.save_answer(attempt, 1, [2], 5)
    with transaction():
        standing = operations.save_answer(attempt, 1, [0], 5)
        assert standing.chosen == [standing.option_order[2]]


def test_an_answer_sent_twice_because_its_reply_was_lost_stands(cycle):
    attempt = open_attempt(cycle)
    for _ in range(2):
        with transaction():
            assert operations.save_answer(attempt, 1, [2], 5) is None
