"""What is right is not to be had before it may be: not from a page, not from JSON.

The strongest form of it: with another option right, every answer is the same to the last byte.
"""

import re

import pytest

from lms.core.db import db, transaction
from lms.enrollments.models import Cycle
from lms.exams.models import Attempt
from lms.questions.models import Question
from lms.watching.models import WatchedCourse
from lms.web.auth import OPEN, SIGNED_IN, access_of
from tests.factories.exams import ExamSettingsFactory
from tests.security.estate import build_estate
from tests.security.support import address_of, routes
from tests.support import sign_in
from tests.watching.support import Page, make_study, watch

EXPLANATION = "只有解析里才有的话"
TOKENS = re.compile(r'(name="csrf[-_]token" (?:content|value)=")[^"]*')


@pytest.fixture
def cycle(app, clock) -> Cycle:
    """A watched cycle whose course has an exam and questions with explanations."""
    made = make_study(4, questions=0)
    for number in range(4):
        _question(made, number)
    ExamSettingsFactory(course_id=made.course_id)
    return made


def _question(cycle: Cycle, number: int) -> None:
    question = Question(
        course_id=cycle.course_id,
        kind="single",
        use="both",
        text=f"第 {number} 题",
        options=["90", "60", "30", "120"],
        answer=[0],
        explanation=EXPLANATION,
        difficulty=2,
    )
    db.session.add(question)
    db.session.commit()


def let_another_be_right() -> None:
    with transaction():
        for question in db.session.query(Question):
            question.answer = [(question.answer[0] + 1) % 4]


def body(client, address: str) -> str:
    with client.get(address) as answer:
        assert answer.status_code == 200, address
        return TOKENS.sub(r"\1", answer.get_data(as_text=True))


def open_paper(client, cycle: Cycle) -> Attempt:
    with transaction():
        if db.session.get(WatchedCourse, cycle.id) is None:
            db.session.add(WatchedCourse(cycle_id=cycle.id))
    client.post(f"/learn/{cycle.id}/exam")
    return db.session.query(Attempt).order_by(Attempt.id.desc()).first()


def test_the_paper_does_not_depend_on_what_is_right(client, cycle):
    sign_in(client, cycle.person)
    attempt = open_paper(client, cycle)
    client.put(f"/exams/{attempt.id}/answers/1", json={"chosen": [0], "serial": 1})
    before = body(client, f"/exams/{attempt.id}")
    assert "第" in before
    let_another_be_right()
    assert body(client, f"/exams/{attempt.id}") == before
    assert EXPLANATION not in before


def test_saving_an_answer_does_not_tell_whether_it_is_right(client, cycle):
    sign_in(client, cycle.person)
    attempt = open_paper(client, cycle)
    said = []
    for place in range(4):
        sent = {"chosen": [place], "serial": place + 1}
        answer = client.put(f"/exams/{attempt.id}/answers/1", json=sent)
        said.append((answer.status_code, answer.data))
    assert said == [(204, b"")] * 4


def test_the_first_result_tells_the_mark_and_not_the_answers(client, cycle):
    sign_in(client, cycle.person)
    attempt = open_paper(client, cycle)
    client.post(f"/exams/{attempt.id}/submit")
    page = body(client, f"/exams/{attempt.id}")
    assert EXPLANATION not in page
    assert "正确答案" not in page
    let_another_be_right()
    assert body(client, f"/exams/{attempt.id}") == page


def test_after_the_last_attempt_the_answers_are_shown(client, cycle):
    sign_in(client, cycle.person)
    for _ in range(2):
        attempt = open_paper(client, cycle)
        client.post(f"/exams/{attempt.id}/submit")
    assert EXPLANATION in body(client, f"/exams/{attempt.id}")


def test_no_other_page_of_a_learner_shows_them(app, client, cycle, clock):
    estate = build_estate(app)
    with transaction():
        for question in db.session.query(Question):
            question.explanation = EXPLANATION
    sign_in(client, estate.owner)
    seen = 0
    for rule in routes(app):
        if access_of(app, rule.endpoint) not in (OPEN, SIGNED_IN) or "GET" not in rule.methods:
            continue
        with client.get(address_of(rule, **estate.values)) as answer:
            assert EXPLANATION.encode() not in answer.data, rule.rule
            assert not re.search(rb'"answer":\s*\[', answer.data), rule.rule
            seen += answer.status_code == 200
    assert seen > 15


def test_a_popup_says_nothing_of_its_answer(app, clock, cycle):
    page = Page.of(app, cycle).set_gates(1)
    watch(page, clock, range(1))
    first = page.post("popup")
    told = {"text", "kind", "kind_label", "shape", "options", "nonce", "html"}
    assert set(first.json["popup"]) == told
    assert EXPLANATION not in first.json["popup"]["html"]
    let_another_be_right()
    assert page.post("popup").data == first.data


def test_a_wrong_popup_answer_does_not_tell_the_right_one(app, clock, cycle):
    page = Page.of(app, cycle).set_gates(1)
    watch(page, clock, range(1))
    said = page.answer(page.popup(), right=False)
    assert said.json == {"right": False, "wait_seconds": 5, "back_to": None}
    assert EXPLANATION not in said.text


def test_the_options_are_shown_in_an_order_of_chance(app, clock):
    orders = set()
    for _ in range(12):
        page = Page.of(app, make_study(2, questions=1)).set_gates(1)
        watch(page, clock, range(1))
        orders.add(tuple(page.popup()["options"]))
        clock.advance(hours=1)
    assert len(orders) > 1
