"""How answers of each kind travel, and what a browser may send."""

from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import QuestionKind
from lms.questions.rules import is_right, public_view

NONSENSE = (None, {}, "0", 0, [True], [0.0], ["0"], [None], [[0]], [{}], [-1], [99], [0, 0])


def asked(kind, options=("甲", "乙", "丙"), answer=(0,), text="题干"):
    return SimpleNamespace(kind=kind, text=text, options=list(options), answer=list(answer))


@pytest.mark.parametrize(("shown", "own"), [([0], [2]), ([1, 0], [0, 2]), ([], [])])
def test_chosen_places_are_kept_in_the_questions_own_order(shown, own):
    question, behaviour = asked(QuestionKind.MULTIPLE), behaviour_of(QuestionKind.MULTIPLE)
    assert behaviour.own_answer(question, [2, 0, 1], shown) == own
    assert behaviour.shown_answer([2, 0, 1], own) == sorted(shown)


WRITTEN = {
    QuestionKind.SINGLE: asked(QuestionKind.SINGLE),
    QuestionKind.MULTIPLE: asked(QuestionKind.MULTIPLE, answer=(0, 1)),
    QuestionKind.TRUE_FALSE: asked(QuestionKind.TRUE_FALSE, ("正确", "错误")),
    QuestionKind.FILL_IN: asked(
        QuestionKind.FILL_IN, (), (["90", "九十"], ["Public"]), "____学时，____科目"
    ),
    QuestionKind.ORDERING: asked(QuestionKind.ORDERING, answer=(0, 1, 2)),
    QuestionKind.MATCHING: asked(
        QuestionKind.MATCHING, (["甲", "一"], ["乙", "二"], ["", "三"]), (0, 1)
    ),
}
RIGHT = {
    QuestionKind.SINGLE: [0],
    QuestionKind.MULTIPLE: [1, 0],
    QuestionKind.TRUE_FALSE: [0],
    QuestionKind.FILL_IN: ["90", "public"],
    QuestionKind.ORDERING: [0, 1, 2],
    QuestionKind.MATCHING: [0, 1],
}
EVERY_KIND = pytest.mark.parametrize("kind", list(QuestionKind))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 12) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner),
)


@EVERY_KIND
@given(given=JSON, seed=st.integers(0, 99))
def test_whatever_a_browser_sends_is_read_or_refused(kind, given, seed):
    question, behaviour = WRITTEN[kind], behaviour_of(kind)
    order = behaviour.draw_order(len(question.options), Random(seed))
    own = behaviour.own_answer(question, order, given)
    is_right(kind, question.answer, given if isinstance(given, list) else None)
    if own is not None:
        assert is_right(kind, question.answer, own) in (True, False)
        assert behaviour.is_complete(question, own) in (True, False)
        shown = behaviour.shown_answer(order, own)
        assert behaviour.own_answer(question, order, shown) == own
        behaviour.review(question, order, own)


@EVERY_KIND
def test_the_right_answer_is_right_in_whatever_order_it_is_shown(kind):
    question, behaviour = WRITTEN[kind], behaviour_of(kind)
    for seed in range(20):
        order = behaviour.draw_order(len(question.options), Random(seed))
        assert sorted(order) == list(range(len(question.options)))
        given = behaviour.shown_answer(order, RIGHT[kind])
        own = behaviour.own_answer(question, order, given)
        assert behaviour.is_complete(question, own)
        assert is_right(kind, question.answer, own)


@EVERY_KIND
def test_nothing_given_is_an_answer_that_is_open_and_wrong(kind):
    question, behaviour = WRITTEN[kind], behaviour_of(kind)
    order = list(range(len(question.options)))
    assert behaviour.own_answer(question, order, []) == []
    assert not behaviour.is_complete(question, [])
    assert not is_right(kind, question.answer, [])
    assert not is_right(kind, question.answer, None)


@EVERY_KIND
def test_what_the_asked_see_does_not_depend_on_the_answer(kind):
    question = WRITTEN[kind]
    other = SimpleNamespace(**{**vars(question), "answer": None})
    order = list(range(len(question.options)))
    assert public_view(question, order) == public_view(other, order)


@pytest.mark.parametrize("given", NONSENSE)
def test_what_is_no_choice_is_no_answer(given):
    question, behaviour = asked(QuestionKind.SINGLE), behaviour_of(QuestionKind.SINGLE)
    assert behaviour.own_answer(question, [2, 0, 1], given) is None


def test_every_kind_has_a_behaviour():
    assert all(behaviour_of(kind).shape for kind in QuestionKind)


@pytest.mark.parametrize(
    ("given", "right"),
    [
        (["90", "Public"], True),
        (["９０", " PUBLIC "], True),
        (["九十", "public"], True),
        (["9 0", "public"], False),
        (["90"], False),
        (["90", ""], False),
        (["90", 1], False),
        (["public", "90"], False),
    ],
)
def test_blanks_are_compared_without_width_case_and_outer_spaces(given, right):
    assert is_right(QuestionKind.FILL_IN, [["90", "九十"], ["Public"]], given) is right


def test_spaces_within_a_blank_count_as_one():
    assert is_right(QuestionKind.FILL_IN, [["New  York"]], ["new\u3000york"])


@pytest.mark.parametrize(
    "given", [["90"], ["90", "x", "y"], ["90", None], ["90", ["x"]], ["90", "x" * 201], "90"]
)
def test_blanks_of_another_number_or_kind_are_no_answer(given):
    question = WRITTEN[QuestionKind.FILL_IN]
    assert behaviour_of(QuestionKind.FILL_IN).own_answer(question, [], given) is None


def test_control_characters_in_a_blank_are_left_out_and_cost_nothing():
    question = WRITTEN[QuestionKind.FILL_IN]
    own = behaviour_of(QuestionKind.FILL_IN).own_answer(question, [], ["9\x000", "pub\ud800lic"])
    assert own == ["90", "public"]


def test_blanks_are_numbered_where_there_are_several():
    view = public_view(WRITTEN[QuestionKind.FILL_IN], [])
    assert (view["text"], view["blanks"]) == ("____（1）学时，____（2）科目", 2)
    alone = asked(QuestionKind.FILL_IN, (), (["90"],), "每年多少学时？")
    assert (public_view(alone, [])["text"], public_view(alone, [])["blanks"]) == (alone.text, 1)


def test_order_shown_is_any_but_the_right_one():
    draw = behaviour_of(QuestionKind.ORDERING).draw_order
    drawn = {tuple(draw(3, Random(seed))) for seed in range(200)}
    assert len(drawn) == 5
    assert (0, 1, 2) not in drawn


def test_of_two_items_either_may_be_shown_first():
    """If the right order were never shown, the other one would always be the answer."""
    draw = behaviour_of(QuestionKind.ORDERING).draw_order
    assert {tuple(draw(2, Random(seed))) for seed in range(50)} == {(0, 1), (1, 0)}


def test_rights_of_pairs_are_shown_in_every_order():
    draw = behaviour_of(QuestionKind.MATCHING).draw_order
    assert len({tuple(draw(3, Random(seed))) for seed in range(200)}) == 6


def test_distractors_stand_among_the_rights():
    view = public_view(WRITTEN[QuestionKind.MATCHING], [2, 0, 1])
    assert (view["prompts"], view["options"]) == (["甲", "乙"], ["三", "一", "二"])


@pytest.mark.parametrize("given", [[0], [0, 1, 2], [0, 3], [0, -1], [0, True], [0, "1"], [0, 1.0]])
def test_pairs_with_foreign_indexes_are_no_answer(given):
    question = WRITTEN[QuestionKind.MATCHING]
    assert behaviour_of(QuestionKind.MATCHING).own_answer(question, [2, 0, 1], given) is None


def test_half_made_pairs_are_kept_and_wrong():
    question, behaviour = WRITTEN[QuestionKind.MATCHING], behaviour_of(QuestionKind.MATCHING)
    own = behaviour.own_answer(question, [2, 0, 1], [1, None])
    assert own == [0, None]
    assert not behaviour.is_complete(question, own)
    assert not is_right(QuestionKind.MATCHING, question.answer, own)
    [first, second] = behaviour.review(question, [2, 0, 1], own)
    assert (first.text, first.given, first.right) == ("甲", "一", "一")
    assert (second.given, second.right) == ("", "二")
