"""Figures of real papers: difficulty, discrimination, answers, times, patterns."""

import datetime as dt
import statistics

import pytest
from sqlalchemy import select

from lms.core import clock as clocks
from lms.core.db import db, transaction
from lms.exams.models import Attempt
from lms.exams.statistics.figures import compute
from lms.exams.statistics.models import ExamStatistics
from lms.exams.statistics.operations import ask_statistics
from lms.exams.statistics.tasks import compute_statistics, compute_waiting
from lms.organizations.models import OrganizationKind
from lms.questions.models import Question
from tests.exams.statistics.conftest import many, paper
from tests.factories import OrganizationFactory, QuestionFactory
from tests.factories.catalog import version_as_it_is


@pytest.fixture
def questions(course):
    return list(db.session.scalars(select(Question).order_by(Question.id)))


def kinds(figures):
    return [pattern["kind"] for pattern in figures["patterns"]]


def test_the_figures_of_a_question_are_those_of_its_marks(course, questions):
    many(course, questions)
    figures = compute(course, 0)
    papers = list(db.session.scalars(select(Attempt)))
    second = figures["questions"][1]
    shares = [attempt.items[1].awarded / 1000 for attempt in papers]
    rest = [(attempt.points - attempt.items[1].awarded) / 5000 for attempt in papers]
    assert second["papers"] == 24
    assert second["difficulty"] == pytest.approx(statistics.mean(shares))
    assert second["discrimination"] == pytest.approx(statistics.correlation(shares, rest))
    assert second["upper"] == 1
    assert second["lower"] == 0
    assert (second["mean_seconds"], second["median_seconds"]) == (30, 30)
    assert figures["median_seconds"] == 181
    assert sum(figures["histogram"]) == 24
    passed = sum(attempt.state.value == "passed" for attempt in papers)
    assert figures["attempts"] == [[1, 24, passed]]
    assert figures["patterns"] == []


def test_every_option_is_counted_in_both_groups(course, questions):
    many(course, questions)
    options = compute(course, 0)["questions"][1]["answers"]
    assert [own for own, *_ in options] == [0, 1, 2, 3, None]
    assert sum(sum(counts) for _, *counts in options) == 24
    upper, middle, lower = options[0][1:]
    assert upper > 0
    assert lower == 0
    assert upper + middle == 16


def test_with_few_papers_nothing_is_said(course, questions):
    for _ in range(19):
        paper(course, questions, [0, 1, 0, 1, 0, 1])
    figures = compute(course, 0)
    assert figures["questions"][0]["difficulty"] is None
    assert figures["questions"][0]["discrimination"] is None
    assert figures["questions"][0]["median_seconds"] is None
    assert figures["patterns"] == []
    assert figures["papers"] == 19


def test_without_papers_there_are_no_figures(course):
    figures = compute(course, 0)
    assert (figures["papers"], figures["questions"]) == (0, [])


def test_a_version_has_its_own_figures(course, questions):
    paper(course, questions, [0] * 6)
    version_as_it_is(course)
    paper(course, questions, [1] * 6)
    paper(course, questions, [1] * 6)
    assert [compute(course, number)["papers"] for number in (0, 1, 2)] == [3, 1, 2]


def test_papers_under_way_are_left_out(course, questions):
    attempt = paper(course, questions, [0] * 6)
    attempt.state = "running"
    db.session.commit()
    assert compute(course, 0)["papers"] == 0


def test_answers_that_were_typed_are_told_by_how_often_they_came(course):
    question = QuestionFactory(course=course, fill_in=True)
    for number in range(12):
        attempt = paper(course, [question], [0])
        attempt.items[0].chosen = ["90", "30"] if number < 5 else [f"错{number}", "30"]
        attempt.items[0].awarded = 1000 if number < 5 else 0
    db.session.commit()
    answers = compute(course, 0)["questions"][0]["answers"]
    assert len(answers) == 8
    assert answers[0][0] == ["90", "30"]
    assert sum(answers[0][1:]) == 5


def test_a_paper_far_faster_than_the_others_is_listed(course, questions):
    many(course, questions)
    fast = paper(course, questions, [0] * 6, pace=6)
    figures = compute(course, 0)
    assert kinds(figures) == ["fast"]
    assert figures["patterns"][0]["attempt_ids"] == [fast.id]
    assert figures["patterns"][0]["figures"]["seconds"] == 37


def test_answers_saved_within_seconds_are_listed(course, questions):
    many(course, questions)
    paper(course, questions, [0] * 6, pace=1)
    assert kinds(compute(course, 0)) == ["fast", "burst"]


@pytest.fixture
def unit():
    return OrganizationFactory(kind=OrganizationKind.UNIT)


def test_the_same_rare_wrong_answers_in_one_unit_at_one_time_are_listed(course, questions, unit):
    many(course, questions, 28, wrong=(1,))
    chosen = [0, 1, 3, 3, 2, 3]
    one = paper(course, questions, chosen, unit=unit)
    other = paper(course, questions, chosen, unit=unit, opened=clocks.now())
    (pattern,) = compute(course, 0)["patterns"]
    assert pattern["kind"] == "alike"
    assert pattern["attempt_ids"] == [one.id, other.id]
    assert pattern["figures"] == {"same": 5, "one": 5, "other": 5}


def test_of_another_unit_or_another_time_they_are_not(course, questions, unit):
    many(course, questions, 28, wrong=(1,))
    chosen = [0, 1, 3, 3, 2, 3]
    paper(course, questions, chosen, unit=unit)
    elsewhere = OrganizationFactory(kind=OrganizationKind.UNIT)
    paper(course, questions, chosen, unit=elsewhere)
    later = clocks.now() + dt.timedelta(hours=3)
    paper(course, questions, chosen, unit=unit, opened=later)
    assert compute(course, 0)["patterns"] == []


def test_asked_for_they_are_computed_in_the_background_and_kept(
    course, questions, trainer, tasks, clock
):
    many(course, questions, 3)
    with transaction():
        ask_statistics(trainer, course, 0)
    with transaction():
        ask_statistics(trainer, course, 0)
    assert tasks.names() == [compute_statistics.name]
    tasks.run_all()
    db.session.expire_all()
    kept = db.session.get(ExamStatistics, (course.id, 0))
    assert kept.figures["papers"] == 3
    assert not kept.is_waiting


def test_what_the_queue_lost_is_computed_by_the_sweep(course, questions, trainer, tasks, clock):
    with transaction():
        ask_statistics(trainer, course, 0)
    tasks.queued.clear()
    compute_waiting.run()
    assert db.session.get(ExamStatistics, (course.id, 0)).figures is None
    db.session.rollback()
    clock.advance(minutes=6)
    compute_waiting.run()
    db.session.expire_all()
    assert db.session.get(ExamStatistics, (course.id, 0)).figures["papers"] == 0
