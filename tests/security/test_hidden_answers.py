"""What is right is not to be had before it may be: not from a page, not from JSON.

The strongest form of it: with another option right, every answer is the same to the last byte.
"""

import re

import pytest

from lms.core.db import db, transaction
from lms.enrollments.models import Cycle
from lms.exams.models import Attempt, PaperItem
from lms.questions.models import Question, QuestionKind
from lms.watching.models import Popup, WatchedCourse
from lms.web.auth import OPEN, SIGNED_IN, access_of
from tests.factories import QuestionFactory
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


KINDS = {
    "fill_in": ("每年____学时", [], [["保密的数"]]),
    "ordering": ("按先后排列", ["报名", "学习", "考试", "结业"], [0, 1, 2, 3]),
    "matching": ("对应的学时", [["公需", "三十"], ["专业", "六十"], ["", "九十"]], [0, 1]),
}


def _question_of(cycle: Cycle, kind: str) -> None:
    text, options, answer = KINDS[kind]
    QuestionFactory(
        course=cycle.course,
        kind=QuestionKind(kind),
        text=text,
        options=options,
        answer=answer,
        explanation=EXPLANATION,
        difficulty=2,
    )


@pytest.fixture
def mixed(app, clock) -> Cycle:
    """A watched cycle whose paper asks one question of each kind that is more than a choice."""
    made = make_study(4, questions=0)
    for kind in KINDS:
        _question_of(made, kind)
    parts = [{"kind": kind, "difficulty": None, "count": 1, "points": 10} for kind in KINDS]
    ExamSettingsFactory(course_id=made.course_id, parts=parts)
    return made


def let_another_be_right_unseen() -> None:
    """Write the questions anew so that another answer is right, and what was shown the same."""
    with transaction():
        for question in db.session.query(Question):
            if question.kind.value == "fill_in":
                question.answer = [["另一个数", "还有一个"]]
            else:
                _turn(question)


def _turn(question: Question) -> None:
    """Move each item (or right) to the place before, and the orders in which they are shown too."""
    count = len(question.answer)
    options = question.options
    if question.kind.value == "ordering":
        question.options = [*options[1:], options[0]]
    else:
        rights = [right for _, right in options[:count]]
        turned = [[pair[0], rights[(i + 1) % count]] for i, pair in enumerate(options[:count])]
        question.options = [*turned, *options[count:]]
    for shown in (PaperItem, Popup):
        for row in db.session.query(shown).filter_by(question_id=question.id):
            row.option_order = [(i - 1) % count if i < count else i for i in row.option_order]
            row.chosen = [(i - 1) % count if i < count else i for i in row.chosen or []]


def _question(cycle: Cycle, number: int) -> None:
    QuestionFactory(
        course=cycle.course,
        text=f"第 {number} 题",
        options=["90", "60", "30", "120"],
        answer=[0],
        explanation=EXPLANATION,
        difficulty=2,
    )


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


def test_the_paper_of_blanks_orders_and_pairs_does_not_depend_on_what_is_right(client, mixed):
    sign_in(client, mixed.person)
    attempt = open_paper(client, mixed)
    for position, chosen in enumerate((["九十"], [2, 0], [1, 2]), start=1):
        sent = {"chosen": chosen, "serial": 1}
        answer = client.put(f"/exams/{attempt.id}/answers/{position}", json=sent)
        assert (answer.status_code, answer.data) == (204, b"")
    before = body(client, f"/exams/{attempt.id}")
    assert "九十" in before
    let_another_be_right_unseen()
    assert body(client, f"/exams/{attempt.id}") == before
    for secret in (EXPLANATION, "保密的数", "另一个数"):
        assert secret not in before


@pytest.mark.parametrize("kind", KINDS)
def test_a_popup_of_every_kind_does_not_depend_on_what_is_right(app, clock, kind):
    cycle = make_study(4, questions=0)
    _question_of(cycle, kind)
    page = Page.of(app, cycle).set_gates(1)
    watch(page, clock, range(1))
    first = page.post("popup")
    assert first.json["popup"]["kind"] == kind
    let_another_be_right_unseen()
    assert page.post("popup").data == first.data
    for secret in (EXPLANATION, "保密的数", "option_order"):
        assert secret not in first.text


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
