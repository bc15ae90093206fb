"""A paper of blanks, orders and pairs: saved as given, shown again, marked, and reviewed."""

import html

import pytest

from lms.core.db import db
from lms.exams import queries
from lms.exams.models import Attempt
from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import QuestionKind
from lms.watching.models import WatchedCourse
from tests.exams.conftest import open_attempt
from tests.factories import CourseFactory, CycleFactory, QuestionFactory
from tests.factories.exams import ExamSettingsFactory
from tests.support import sign_in

KINDS = (QuestionKind.FILL_IN, QuestionKind.ORDERING, QuestionKind.MATCHING)
RIGHT = {
    QuestionKind.FILL_IN: ["九十", " 30 "],
    QuestionKind.ORDERING: [0, 1, 2],
    QuestionKind.MATCHING: [0, 1],
}
WRONG = {
    QuestionKind.FILL_IN: ["九十", "一百多"],
    QuestionKind.ORDERING: [0, 2, 1],
    QuestionKind.MATCHING: [0, 2],
}


@pytest.fixture
def cycle(app):
    course = CourseFactory()
    for trait in ("fill_in", "ordering", "matching"):
        QuestionFactory.create_batch(2, course=course, explanation="解析之句", **{trait: True})
    parts = [{"kind": k.value, "difficulty": None, "count": 1, "points": 10} for k in KINDS]
    ExamSettingsFactory(course_id=course.id, parts=parts, pass_percent=100)
    cycle = CycleFactory(course=course)
    db.session.add(WatchedCourse(cycle_id=cycle.id))
    db.session.commit()
    return cycle


@pytest.fixture
def learner(client, cycle):
    return sign_in(client, cycle.person)


def given(item, own):
    """An answer as the page sends it."""
    return behaviour_of(item.question.kind).shown_answer(item.option_order, own)


def answer(learner, attempt, answers):
    for item in db.session.get(Attempt, attempt.id).items:
        body = {"chosen": given(item, answers[item.question.kind]), "serial": 1}
        saved = learner.put(f"/exams/{attempt.id}/answers/{item.position}", json=body)
        assert saved.status_code == 204


def saved(attempt):
    db.session.expire_all()
    return [item.chosen for item in db.session.get(Attempt, attempt.id).items]


@pytest.mark.parametrize(("answers", "state"), [(RIGHT, "passed"), (WRONG, "failed")])
def test_answers_of_every_kind_are_saved_as_given_and_marked(learner, cycle, answers, state):
    attempt = open_attempt(cycle)
    answer(learner, attempt, answers)
    assert saved(attempt) == [answers[kind] for kind in KINDS]
    learner.post(f"/exams/{attempt.id}/submit")
    [marked] = queries.attempts_of(cycle.id)
    assert marked.state.value == state


def test_a_paper_opened_again_shows_what_was_answered(learner, cycle):
    attempt = open_attempt(cycle)
    answer(learner, attempt, WRONG)
    page = learner.get(f"/exams/{attempt.id}").text
    assert page.count("data-answered>") == 3
    assert 'value="一百多"' in page
    assert all(f'data-rank="{rank}"' in page for rank in (1, 2, 3))
    assert page.count(" selected>") == 2


def test_half_an_answer_is_kept_too(learner, cycle):
    attempt = open_attempt(cycle)
    halves = {
        QuestionKind.FILL_IN: ["九十", ""],
        QuestionKind.ORDERING: [2],
        QuestionKind.MATCHING: [None, 1],
    }
    answer(learner, attempt, halves)
    assert saved(attempt) == [halves[kind] for kind in KINDS]
    assert learner.get(f"/exams/{attempt.id}").status_code == 200


@pytest.mark.parametrize(
    ("position", "chosen"),
    [
        (1, ["90"]),
        (1, [90, 30]),
        (1, ["x" * 201, ""]),
        (1, ["90", "30", ""]),
        (2, [0, 0]),
        (2, [3]),
        (2, ["0"]),
        (2, [0, 1, 2, 3]),
        (3, [0]),
        (3, [0, 3]),
        (3, [0, -1]),
        (3, [True, 1]),
        (3, [[0], 1]),
    ],
)
def test_what_no_page_would_send_is_refused_and_nothing_saved(learner, cycle, position, chosen):
    attempt = open_attempt(cycle)
    address = f"/exams/{attempt.id}/answers/{position}"
    assert learner.put(address, json={"chosen": chosen, "serial": 1}).status_code == 422
    assert saved(attempt) == [[], [], []]


def test_an_answer_can_be_taken_back(learner, cycle):
    attempt = open_attempt(cycle)
    answer(learner, attempt, RIGHT)
    for position in (1, 2, 3):
        body = {"chosen": [], "serial": 2}
        learner.put(f"/exams/{attempt.id}/answers/{position}", json=body)
    assert saved(attempt) == [[], [], []]


def test_review_shows_what_was_given_and_what_is_right(learner, cycle):
    for _ in range(2):
        attempt = open_attempt(cycle)
        answer(learner, attempt, WRONG)
        learner.post(f"/exams/{attempt.id}/submit")
    page = html.unescape(learner.get(f"/exams/{attempt.id}").text)
    for text in ("第 2 空", "一百多", "90 / 九十", "第 3 位", "公需科目", "解析之句"):
        assert text in page, text


def test_review_of_a_paper_left_empty_says_so(learner, cycle):
    for _ in range(2):
        attempt = open_attempt(cycle)
        learner.post(f"/exams/{attempt.id}/submit")
    assert learner.get(f"/exams/{attempt.id}").text.count("没有作答") == 7


def test_first_result_tells_no_answer(learner, cycle):
    attempt = open_attempt(cycle)
    learner.post(f"/exams/{attempt.id}/submit")
    page = learner.get(f"/exams/{attempt.id}").text
    for text in ("九十", "报名", "三十", "解析之句"):
        assert text not in page, text
