"""Which questions a paper asks: a paper is found whenever there is one, with the fewest seen."""

from collections import Counter
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.exams.drawing import (
    Candidate,
    NotEnoughQuestions,
    Shortage,
    Shuffling,
    draw_paper,
    fits,
    shortages,
)
from lms.exams.rules import Part

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


topics = st.sampled_from(["a", "b"])
banks = st.lists(st.tuples(st.integers(1, 2), topics), max_size=6).map(
    lambda looks: [
        Candidate(n, "single", level, 2, topic) for n, (level, topic) in enumerate(looks)
    ]
)
blueprints = st.lists(
    st.builds(
        Part,
        kind=st.just("single"),
        count=st.integers(1, 2),
        points=st.integers(1, 3),
        difficulty=st.sampled_from([None, 1, 2]),
        topic=st.sampled_from(["", "a", "b"]),
        section=st.sampled_from(["", "一", "二"]),
    ),
    min_size=1,
    max_size=3,
)


def fewest_seen(parts, bank, seen):
    """The smallest number of seen questions of any paper, by trying all; None if there is none."""
    choices = [[None, *(n for n, part in enumerate(parts) if fits(one, part))] for one in bank]
    wanted = Counter({n: part.count for n, part in enumerate(parts)})
    papers = (
        sum(one.id in seen for one, line in zip(bank, given, strict=True) if line is not None)
        for given in product(*choices)
        if Counter(line for line in given if line is not None) == wanted
    )
    return min(papers, default=None)


@given(blueprints, banks, st.sets(st.integers(0, 5)), st.integers(0, 2**32))
def test_a_paper_is_found_whenever_there_is_one_and_none_repeats_less(parts, bank, seen, seed):
    fewest = fewest_seen(parts, bank, seen)
    short = shortages(parts, bank)
    assert bool(short) is (fewest is None)
    if fewest is None:
        assert all(one.wanted > one.available for one in short)
        with pytest.raises(NotEnoughQuestions):
            draw_paper(parts, bank, seen, Random(seed))
        return
    paper = draw_paper(parts, bank, seen, Random(seed))
    assert len(set(_ids(paper))) == len(paper) == sum(part.count for part in parts)
    assert len(set(_ids(paper)) & seen) == fewest


def test_lines_that_want_the_same_questions_both_get_theirs():
    bank = [Candidate(1, "single", 1, 4, "a"), Candidate(2, "single", 2, 4, "a")]
    parts = [Part("single", 1, 1, None, "a"), Part("single", 1, 1, 1)]
    for seed in range(20):
        assert _ids(draw_paper(parts, bank, set(), Random(seed))) == [2, 1]


def test_a_line_short_by_itself_is_named_with_what_it_lacks():
    parts = [Part("single", 2, 1), Part("multiple", 1, 1), Part("single", 9, 1, 3)]
    assert shortages(parts, BANK) == [Shortage((2,), 1, 0), Shortage((3,), 9, 4)]


def test_lines_that_lack_questions_only_together_are_named_together():
    parts = [Part("single", 3, 1, 3), Part("true_false", 1, 1), Part("single", 2, 1, 3)]
    assert shortages(parts, BANK + JUDGEMENTS) == [Shortage((1, 3), 5, 4)]


def test_lines_of_one_section_stand_together_and_are_mixed():
    parts = [
        Part("single", 4, 2, section="一"),
        Part("true_false", 2, 1, section="二"),
        Part("single", 4, 3, section="一"),
    ]
    papers = [draw_paper(parts, BANK + JUDGEMENTS, set(), Random(seed)) for seed in range(5)]
    for paper in papers:
        assert [item.section for item in paper] == ["一"] * 8 + ["二"] * 2
    orders = {tuple(item.points for item in paper[:8]) for paper in papers}
    assert len(orders) > 1


def test_questions_and_options_stand_as_written_where_the_course_wants_it():
    kinds = ("multiple", "ordering", "matching", "single")
    bank = [Candidate(n, kind, 1, 5) for n, kind in enumerate(kinds * 3)]
    parts = [Part(kind, 3, 1, section="一") for kind in kinds]
    paper = draw_paper(parts, bank, set(), Random(1), Shuffling(questions=False, options=False))
    assert _ids(paper) == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    written = list(range(5))
    assert [item.option_order == written for item in paper[:3] + paper[9:]] == [True] * 6
    # The written order of these is their answer.
    assert all(item.option_order != written for item in paper[3:6])
    assert any(item.option_order != written for item in paper[6:9])


def test_options_are_shuffled_but_not_those_of_a_judgement():
    papers = [draw_paper([Part("single", 12, 1)], BANK, set(), Random(n)) for n in range(5)]
    assert any(item.option_order != [0, 1, 2, 3] for paper in papers for item in paper)
    judged = draw_paper([Part("true_false", 4, 1)], JUDGEMENTS, set(), Random(1))
    assert [item.option_order for item in judged] == [[0, 1]] * 4
