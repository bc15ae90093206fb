"""What an answer earns, in hundredths of a point."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.db import db
from lms.exams import operations, queries
from lms.exams.marking import award, earned
from lms.exams.models import Attempt, AttemptState, PartialCredit, VersionExam
from lms.exams.shown import points
from lms.questions.kinds import QuestionKind
from tests.exams.conftest import open_attempt, submit
from tests.factories import QuestionFactory
from tests.support import sign_in

NONE, HALF, PROPORTIONAL = PartialCredit.NONE, PartialCredit.HALF, PartialCredit.PROPORTIONAL
MULTIPLE = (QuestionKind.MULTIPLE, [0, 1, 2])
BLANKS = (QuestionKind.FILL_IN, [["90", "九十"], ["30"]])
PAIRS = (QuestionKind.MATCHING, [0, 1, 2])
ORDER = (QuestionKind.ORDERING, [0, 1, 2])


@pytest.mark.parametrize(
    ("question", "chosen", "by_rule"),
    [
        (MULTIPLE, [0, 1, 2], (500, 500, 500)),
        (MULTIPLE, [0, 1], (0, 250, 333)),
        (MULTIPLE, [0], (0, 250, 167)),
        (MULTIPLE, [0, 1, 3], (0, 0, 167)),
        (MULTIPLE, [0, 1, 2, 3], (0, 0, 333)),
        (MULTIPLE, [0, 3, 4], (0, 0, 0)),
        (MULTIPLE, [3], (0, 0, 0)),
        (MULTIPLE, [], (0, 0, 0)),
        (BLANKS, ["九十", " 30 "], (500, 500, 500)),
        (BLANKS, ["60", "30"], (0, 0, 250)),
        (BLANKS, ["", ""], (0, 0, 0)),
        (PAIRS, [0, 1, 2], (500, 500, 500)),
        (PAIRS, [0, 2, None], (0, 0, 167)),
        (ORDER, [0, 1, 2], (500, 500, 500)),
        (ORDER, [0, 2, 1], (0, 0, 0)),
        ((QuestionKind.SINGLE, [1]), [0], (0, 0, 0)),
    ],
)
def test_what_an_answer_earns_of_five_points_by_each_rule(question, chosen, by_rule):
    kind, answer = question
    rules = (NONE, HALF, PROPORTIONAL)
    assert tuple(earned(kind, answer, chosen, 500, rule) for rule in rules) == by_rule


@given(
    st.sets(st.integers(0, 9), min_size=2),
    st.sets(st.integers(0, 9)),
    st.integers(1, 100).map(lambda whole: whole * 100),
    st.sampled_from(PartialCredit),
)
def test_marks_are_never_negative_and_only_a_whole_answer_earns_all(answer, chosen, full, rule):
    marks = earned(QuestionKind.MULTIPLE, sorted(answer), sorted(chosen), full, rule)
    assert 0 <= marks <= full
    assert (marks == full) is (chosen == answer)


@pytest.mark.parametrize(
    ("hundredths", "text"), [(0, "0"), (1000, "10"), (850, "8.5"), (333, "3.33"), (5, "0.05")]
)
def test_points_are_written_without_needless_noughts(hundredths, text):
    assert points(hundredths) == text


@pytest.fixture
def halves(course, cycle):
    """The exam asks three questions of two right options each, and gives half for one of them."""
    for question in course_questions(course):
        question.kind, question.answer = QuestionKind.MULTIPLE, [0, 1]
    exam = db.session.get_one(VersionExam, cycle.version_id)
    exam.parts = [{"kind": "multiple", "difficulty": None, "count": 3, "points": 5}]
    exam.partial_credit, exam.pass_percent = HALF, 50
    db.session.commit()
    return cycle


def course_questions(course):
    return db.session.query(QuestionFactory._meta.model).filter_by(course_id=course.id)


def choose(attempt, *own):
    """Choose these options of every question of the paper."""
    for item in attempt.items:
        places = [item.option_order.index(one) for one in own]
        operations.save_answer(attempt, item.position, places, 1)
    db.session.commit()


def test_each_question_keeps_what_it_was_awarded_and_halves_can_pass(halves):
    attempt = open_attempt(halves)
    assert [item.awarded for item in attempt.items] == [None] * 3
    choose(attempt, 0)
    submit(attempt)
    assert [item.awarded for item in attempt.items] == [250] * 3
    assert (attempt.points, attempt.total_points) == (750, 1500)
    assert attempt.state is AttemptState.PASSED


def test_the_rule_is_the_one_in_force_when_the_paper_was_opened(halves):
    attempt = open_attempt(halves)
    db.session.get_one(VersionExam, halves.version_id).partial_credit = NONE
    choose(attempt, 0)
    assert submit(attempt).points == 750


def test_topics_are_told_by_what_was_awarded(halves):
    attempt = open_attempt(halves)
    choose(attempt, 1)
    [topic] = queries.result_by_topic(submit(attempt).items)
    assert (topic.topic, topic.asked, topic.awarded, topic.points) == ("年度要求", 3, 750, 1500)


def test_another_key_can_be_tried_without_changing_anything(halves):
    attempt = open_attempt(halves)
    choose(attempt, 2)
    submit(attempt)
    item = db.session.get_one(Attempt, attempt.id).items[0]
    assert (award(item), award(item, [2, 3]), award(item, [2])) == (0, 250, 500)
    assert item.awarded == 0


def test_result_page_says_what_each_answer_earned(client, halves):
    attempt = open_attempt(halves)
    choose(attempt, 0)
    submit(attempt)
    page = sign_in(client, halves.person).get(f"/exams/{attempt.id}").text
    assert page.count("得 2.5 / 5 分") == 3
    assert page.count("部分正确") == 3
    assert ">7.5<" in page
