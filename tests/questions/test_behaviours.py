"""How answers of each kind travel, and what a browser may send."""

from types import SimpleNamespace

import pytest

from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import QuestionKind

NONSENSE = (None, {}, "0", 0, [True], [0.0], ["0"], [None], [[0]], [{}], [-1], [99], [0, 0])


def asked(kind, options=("甲", "乙", "丙"), answer=(0,), text="题干"):
    return SimpleNamespace(kind=kind, text=text, options=list(options), answer=list(answer))


@pytest.mark.parametrize(("shown", "own"), [([0], [2]), ([1, 0], [0, 2]), ([], [])])
def test_chosen_places_are_kept_in_the_questions_own_order(shown, own):
    question, behaviour = asked(QuestionKind.MULTIPLE), behaviour_of(QuestionKind.MULTIPLE)
    assert behaviour.own_answer(question, [2, 0, 1], shown) == own
    assert behaviour.shown_answer([2, 0, 1], own) == sorted(shown)


@pytest.mark.parametrize("given", NONSENSE)
def test_what_is_no_choice_is_no_answer(given):
    question, behaviour = asked(QuestionKind.SINGLE), behaviour_of(QuestionKind.SINGLE)
    assert behaviour.own_answer(question, [2, 0, 1], given) is None


def test_every_kind_has_a_behaviour():
    assert all(behaviour_of(kind).shape for kind in QuestionKind)
