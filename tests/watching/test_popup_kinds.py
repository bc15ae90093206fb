"""Pop-ups with blanks, orders and pairs."""

import pytest

from lms.core.db import db
from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import QuestionKind
from lms.questions.models import QuestionUse
from tests.factories import QuestionFactory
from tests.watching.support import Page, make_study, popups, watch

TRAITS = pytest.mark.parametrize("trait", ["fill_in", "ordering", "matching"])
RIGHT = {"fill_in": ["90", "30"], "ordering": [0, 1, 2], "matching": [0, 1]}
WRONG = {"fill_in": ["90", "31"], "ordering": [1, 0, 2], "matching": [0, 2]}


def at_gate(app, clock, trait):
    """A page that stands at a gate, where a question of this kind is due."""
    cycle = make_study()
    course = cycle.course
    QuestionFactory.create_batch(2, course=course, use=QuestionUse.POPUP, **{trait: True})
    page = Page.of(app, cycle).set_gates(2)
    watch(page, clock, range(2))
    return page


def send(page, asked, own):
    """Answer with own indexes, told by their places as the page does."""
    [*_, popup] = popups(page)
    behaviour = behaviour_of(popup.question.kind)
    chosen = behaviour.shown_answer(popup.option_order, own)
    db.session.rollback()
    return page.post("popup/answer", {"nonce": asked["nonce"], "chosen": chosen})


@TRAITS
def test_right_answer_opens_the_gate(app, clock, trait):
    page = at_gate(app, clock, trait)
    asked = page.popup()
    assert send(page, asked, RIGHT[trait]).json["right"] is True
    assert page.key(2).status_code == 200
    assert popups(page)[0].chosen == RIGHT[trait]


@TRAITS
def test_wrong_answer_asks_another_question(app, clock, trait):
    page = at_gate(app, clock, trait)
    asked = page.popup()
    assert send(page, asked, WRONG[trait]).json["right"] is False
    clock.advance(5)
    assert page.popup()["text"] != asked["text"]


@TRAITS
def test_popup_is_written_with_its_controls_and_without_its_answer(app, clock, trait):
    asked = at_gate(app, clock, trait).popup()
    control = {"fill_in": 'type="text"', "ordering": "data-place", "matching": "<select"}[trait]
    assert control in asked["html"]
    assert not set(asked) & {"answer", "explanation", "option_order"}
    assert "九十" not in asked["html"] or trait == "matching"


@pytest.mark.parametrize(
    ("trait", "chosen"),
    [
        ("fill_in", ["90", " "]),
        ("fill_in", ["90"]),
        ("fill_in", [0, 1]),
        ("fill_in", ["9" * 201, "30"]),
        ("ordering", [0, 1]),
        ("ordering", [0, 1, 1]),
        ("ordering", [0, 1, 3]),
        ("ordering", ["0", "1", "2"]),
        ("matching", [0, None]),
        ("matching", [0, 3]),
        ("matching", [0, 1, 2]),
        ("matching", [{}, 1]),
    ],
)
def test_half_answers_and_nonsense_cost_nothing(app, clock, trait, chosen):
    page = at_gate(app, clock, trait)
    asked = page.popup()
    body = {"nonce": asked["nonce"], "chosen": chosen}
    assert page.post("popup/answer", body).status_code == 422
    assert page.popup() == asked


def test_items_to_order_are_never_shown_in_the_right_order(app, clock):
    page = at_gate(app, clock, "ordering")
    for _ in range(2):
        asked = page.popup()
        assert asked["options"] != ["报名", "学习", "考试"]
        assert send(page, asked, WRONG["ordering"]).status_code == 200
        clock.advance(60)
    assert {popup.question.kind for popup in popups(page)} == {QuestionKind.ORDERING}
