from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.exams.rules import (
    Candidate,
    NotEnoughQuestions,
    Part,
    attempts_left,
    draw_paper,
    is_pass,
)

BANK = [Candidate(n, "single", 1 + n % 3, 4) for n in range(1, 13)]
JUDGEMENTS = [Candidate(n, "true_false", 1, 2) for n in range(101, 105)]


def _ids(paper):
    return [item.question_id for item in paper]


@given(st.integers(0, 2**32))
def test_paper_follows_the_blueprint_without_repeating_a_question(seed):
    parts = [Part("single", 5, 4, None), Part("single", 2, 8, 3), Part("true_false", 3, 2)]
    paper = draw_paper(parts, BANK + JUDGEMENTS, set(), Random(seed))
    assert len(set(_ids(paper))) == 10
    assert [item.points for item in paper] == [400] * 5 + [800] * 2 + [200] * 3
    assert all(number % 3 == 2 for number in _ids(paper)[5:7])


@given(st.integers(0, 2**32))
def test_second_paper_avoids_the_first_while_the_bank_allows(seed):
    random = Random(seed)
    first = draw_paper([Part("single", 6, 1)], BANK, set(), random)
    second = draw_paper([Part("single", 6, 1)], BANK, set(_ids(first)), random)
    assert not set(_ids(first)) & set(_ids(second))


def test_second_paper_repeats_only_what_the_bank_lacks():
    first = draw_paper([Part("single", 8, 1)], BANK, set(), Random(1))
    second = draw_paper([Part("single", 8, 1)], BANK, set(_ids(first)), Random(2))
    assert len(set(_ids(first)) & set(_ids(second))) == 4


def test_options_are_shuffled_but_not_those_of_a_judgement():
    papers = [draw_paper([Part("single", 12, 1)], BANK, set(), Random(n)) for n in range(5)]
    assert any(item.option_order != [0, 1, 2, 3] for paper in papers for item in paper)
    judged = draw_paper([Part("true_false", 4, 1)], JUDGEMENTS, set(), Random(1))
    assert [item.option_order for item in judged] == [[0, 1]] * 4


def test_a_bank_too_small_says_which_part_lacks_how_many():
    with pytest.raises(NotEnoughQuestions) as refused:
        draw_paper([Part("multiple", 1, 1)], BANK, set(), Random(1))
    assert refused.value.available == 0


@pytest.mark.parametrize(
    ("points", "total", "percent", "passed"),
    [
        (60, 100, 60, True),
        (59, 100, 60, False),
        (2, 3, 67, False),
        (2, 3, 66, True),
        (0, 7, 1, False),
    ],
)
def test_pass_mark_is_exact(points, total, percent, passed):
    assert is_pass(points, total, percent) is passed


def test_two_attempts_are_allowed():
    assert [attempts_left(used) for used in (0, 1, 2, 3)] == [2, 1, 0, 0]
