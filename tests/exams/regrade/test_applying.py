"""A regrade is begun once, carried out whole, and taken up again after whatever happened."""

import threading

import pytest
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.events import exam_regraded
from lms.enrollments.models import CycleState
from lms.exams.models import Attempt, AttemptState
from lms.exams.operations import open_attempt
from lms.exams.regrade import applying, operations
from lms.exams.regrade.applying import apply_portion
from lms.exams.regrade.models import Regrade, RegradedAttempt, RegradedCycle, RegradeState
from lms.exams.regrade.queries import next_number, preview_of
from lms.exams.regrade.tasks import resume_regrades, run_regrade
from lms.hours.models import Delivery
from lms.questions.change_models import QuestionDeed
from lms.questions.history import history_of
from lms.questions.models import Counting, Question
from tests.exams.conftest import submit
from tests.exams.regrade.conftest import (
    VOID,
    attempts,
    begin,
    certificates,
    credits,
    key,
    open_paper,
    regrade,
    sit,
    start_regrade,
)
from tests.factories import PersonFactory, QuestionFactory


@pytest.fixture
def learners(course, questions):
    """One who loses by the key's becoming the second option, one who gains, and one of neither."""
    found = [begin(course, name=name) for name in ("钱一", "孙二", "李三")]
    for cycle, chosen in zip(found, [(0, 0, 1), (1, 0, 1), (2, 0, 0)], strict=True):
        sit(cycle, *chosen)
    return found


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def together(app, work, times=8):
    """Run `work` in so many threads at once; returns the errors."""
    errors, barrier = [], threading.Barrier(times)

    def one():
        with app.app_context():
            barrier.wait()
            try:
                work()
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    db.session.expire_all()
    return errors


def test_the_preview_tells_what_then_happens_and_writes_nothing(learners, questions, manager):
    preview = preview_of(questions[0], key(1))
    assert [change.name for change in preview.changes] == ["钱一", "孙二"]
    assert [[(m.before, m.after) for m in change.moves] for change in preview.changes] == [
        [(CycleState.COMPLETED, CycleState.ACTIVE)],
        [(CycleState.ACTIVE, CycleState.COMPLETED)],
    ]
    assert preview.counts == {
        "asked": 3,
        "changed": 2,
        "passed": 1,
        "failed": 1,
        "completed": 1,
        "taken_back": 1,
        "going_on": 1,
    }
    assert not db.session.dirty
    assert not db.session.new
    made = regrade(manager, questions[0], key(1))
    assert made.counts == preview.counts
    assert count(RegradedAttempt) == count(RegradedCycle) == 2
    assert preview_of(questions[0], key(1)).counts == {"asked": 3, "changed": 0}


def test_it_is_on_record_and_in_the_history_of_the_question(learners, questions, manager):
    made = regrade(manager, questions[0], key(1))
    assert (made.state, made.number, made.actor_id) == (RegradeState.APPLIED, 1, manager.id)
    assert (made.former_answer, made.answer) == ([0], [1])
    assert (made.cycle_total, made.cycle_done) == (3, 3)
    newest = history_of(questions[0]).entries[0]
    assert newest.deed is QuestionDeed.MEND
    assert newest.actor_id == manager.id
    assert newest.differences[0].new[1].startswith("✓ B")


def test_a_feature_above_is_told_of_each_person_whose_marks_changed(learners, questions, manager):
    told = []

    def listen(regrade, *, person, attempts, cycles):
        before_and_after = [(a.points_before, a.points_after) for a in attempts]
        told.append((person.name, before_and_after, [c.state_after for c in cycles]))

    exam_regraded.connect(listen)
    regrade(manager, questions[0], key(1))
    assert told == [
        ("钱一", [(2000, 1000)], [CycleState.ACTIVE]),
        ("孙二", [(1000, 2000)], [CycleState.COMPLETED]),
    ]


def test_of_eight_who_confirm_at_once_one_begins_it(app, learners, questions, manager):
    number, question_id, actor_id = 1, questions[0].id, manager.id

    def confirm():
        with transaction():
            operations.begin_regrade(
                db.session.get(type(manager), actor_id),
                db.session.get(Question, question_id),
                key(1),
                "原答案有误",
                number=number,
            )

    errors = together(app, confirm)
    assert [type(error) for error in errors] == [Conflict] * 7
    assert count(Regrade) == 1


def test_eight_workers_at_once_do_it_once(app, learners, questions, manager, monkeypatch):
    monkeypatch.setattr(applying, "PORTION", 1)
    made = start_regrade(manager, questions[0], key(1))
    regrade_id = made.id

    def work():
        while apply_portion(regrade_id, 1):
            pass

    assert together(app, work) == []
    assert made.state is RegradeState.APPLIED
    assert (made.cycle_done, made.counts["changed"]) == (3, 2)
    assert len(certificates()) == len(credits()) == 3
    assert count(Delivery) == 4


def test_a_worker_that_dies_in_the_middle_leaves_whole_people_and_another_goes_on(
    learners, questions, manager, clock, tasks, monkeypatch
):
    made = start_regrade(manager, questions[0], key(1))
    tasks.queued.clear()
    assert apply_portion(made.id, 1)

    def die(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(applying, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            apply_portion(made.id, 1)
    db.session.expire_all()
    loser, winner, _ = learners
    assert (loser.state, winner.state) == (CycleState.ACTIVE, CycleState.ACTIVE)
    assert attempts(winner)[0].points == 1000
    assert (made.cycle_done, made.state) == (1, RegradeState.RUNNING)
    resume_regrades.run()
    assert run_regrade.name not in tasks.names()
    clock.advance(61)
    resume_regrades.run()
    assert tasks.names().count(run_regrade.name) == 1
    run_regrade.run(made.id)
    db.session.expire_all()
    assert made.state is RegradeState.APPLIED
    assert winner.state is CycleState.COMPLETED
    assert made.counts["changed"] == 2
    assert len(certificates()) == 3


def test_a_paper_handed_in_while_it_runs_is_marked_by_the_new_key_and_counted_once(
    course, learners, questions, manager
):
    late = begin(course, name="赵四")
    paper = open_paper(late, 1, 0, 1)
    made = start_regrade(manager, questions[0], VOID)
    submit(paper)
    run_regrade.run(made.id)
    db.session.expire_all()
    (sat,) = attempts(late)
    assert (sat.points, sat.total_points) == (1000, 2000)
    assert count(RegradedAttempt) == 3


def test_one_regrade_of_a_course_at_a_time(learners, questions, manager):
    start_regrade(manager, questions[0], key(1))
    with pytest.raises(Conflict):
        start_regrade(manager, questions[1], key(1))


def test_who_looked_at_an_older_preview_is_refused(learners, questions, manager):
    regrade(manager, questions[0], key(1))
    with pytest.raises(Conflict, match="重新预览"):
        start_regrade(manager, questions[0], key(2), number=1)
    assert next_number(questions[0].id) == 2


@pytest.mark.parametrize(
    ("wanted", "words"),
    [(key(), "正确答案"), (key(0, 1), "一个"), (key(9), "选项"), (key(0), "相同")],
)
def test_a_key_that_cannot_be_or_changes_nothing_is_refused(
    learners, questions, manager, wanted, words
):
    with pytest.raises(Invalid, match=words):
        start_regrade(manager, questions[0], wanted)
    assert count(Regrade) == 0


def test_without_a_reason_nothing_is_mended(learners, questions, manager):
    with pytest.raises(Invalid, match="理由"), transaction():
        operations.begin_regrade(manager, questions[0], key(1), "  错 ", number=1)


def test_nobody_else_mends_keys(learners, questions):
    with pytest.raises(NotAllowed):
        start_regrade(PersonFactory(), questions[0], key(1))


def test_a_paper_must_keep_something_that_counts(learners, questions, manager):
    regrade(manager, questions[0], VOID)
    regrade(manager, questions[1], VOID)
    with pytest.raises(Conflict, match="只剩"):
        start_regrade(manager, questions[2], VOID)


def test_a_question_that_papers_need_cannot_be_taken_out(learners, questions, manager):
    with pytest.raises(Conflict, match="组卷"):
        start_regrade(manager, questions[0], VOID, stops_asking=True)


def test_a_faulty_question_is_asked_no_more_if_others_are_left(
    course, learners, questions, manager
):
    QuestionFactory(course=course)
    made = regrade(manager, questions[0], VOID, stops_asking=True)
    assert questions[0].is_retired
    assert questions[0].counting is Counting.VOID
    assert made.stops_asking
    paper = begin(course)
    with transaction():
        attempt = open_attempt(paper.person, paper)
    assert questions[0].id not in {item.question_id for item in attempt.items}


def test_thousands_of_learners_go_in_portions_whose_statements_do_not_grow(
    course, questions, manager
):
    for number in range(6):
        sit(begin(course, name="钱一" * (number + 1)), 2, 0, 0)
    made = start_regrade(manager, questions[0], key(1))
    portions = 0
    while apply_portion(made.id, 4):
        portions += 1
    db.session.expire_all()
    assert (portions, made.cycle_done, made.counts["asked"]) == (2, 6, 6)
    assert db.session.scalar(select(func.count()).where(Attempt.state == AttemptState.PASSED)) == 6
