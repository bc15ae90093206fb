"""Groups, correlation, medians, and what is unusual: pure figures."""

import statistics
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.exams.statistics import rules
from lms.exams.statistics.rules import Cuts, Sums


def sums_of(pairs):
    n = len(pairs)
    return Sums(
        n,
        sum(x for x, _ in pairs),
        sum(x * x for x, _ in pairs),
        sum(y for _, y in pairs),
        sum(y * y for _, y in pairs),
        sum(x * y for x, y in pairs),
    )


def test_discrimination_is_the_correlation_of_textbooks():
    pairs = [(1, 0.9), (1, 0.8), (0, 0.3), (1, 0.6), (0, 0.5), (0, 0.2)]
    expected = statistics.correlation(*zip(*pairs, strict=True))
    assert rules.correlation(sums_of(pairs)) == pytest.approx(expected)


def test_what_does_not_vary_tells_nothing_apart():
    assert rules.correlation(sums_of([(1, 0.3), (1, 0.9)])) is None
    assert rules.correlation(sums_of([(0.1, 0.7)] * 30)) is None


def test_groups_are_the_best_and_the_worst_27_per_cent_with_their_equals():
    scores = {1000: 10, 5000: 80, 9000: 5, 10000: 5}
    assert rules.cuts_of(scores) == Cuts(lower=5000, upper=5000)
    assert rules.cuts_of(dict.fromkeys(range(0, 10000, 100), 1)) == Cuts(lower=2600, upper=7300)


def test_scores_fall_into_ten_bins_the_last_with_full_marks():
    assert rules.histogram({0: 1, 999: 1, 1000: 2, 9999: 1, 10000: 3}) == [2, 2] + [0] * 7 + [4]


@given(st.lists(st.integers(0, 50), min_size=1))
def test_the_median_of_counts_is_that_of_the_values(values):
    assert rules.median(Counter(values)) == statistics.median_low(values)


def test_a_question_takes_the_time_since_the_answer_before():
    assert rules.seconds_between(100.0, [130.0, 131.5, 9000.0]) == [30, 2, 3600]


def test_far_faster_than_the_others():
    assert rules.is_fast(149, 600, 10)
    assert not rules.is_fast(150, 600, 10)
    assert not rules.is_fast(10, 600, 4)


def test_answers_in_one_go():
    assert rules.is_burst([0, 1, 2, 3, 8])
    assert not rules.is_burst([0, 1, 2, 3, 9])
    assert not rules.is_burst([0, 0, 0, 0])


def wrong(**often):
    """How often each of two wrong answers came, the same for ten questions."""
    return {number: Counter(often) for number in range(10)}


def test_rare_wrong_answers_in_common_are_told():
    same = dict.fromkeys(range(5), "[2]")
    assert rules.resembles(same, dict(same), wrong(**{"[2]": 10, "[1]": 90})) == 5


def test_common_wrong_answers_in_common_are_not():
    same = dict.fromkeys(range(5), "[1]")
    assert rules.resembles(same, dict(same), wrong(**{"[2]": 10, "[1]": 90})) is None


def test_wrong_answers_that_mostly_differ_are_not():
    one = dict.fromkeys(range(5), "[2]")
    other = {**dict.fromkeys(range(4), "[2]"), 6: "[2]", 7: "[2]"}
    assert rules.resembles(one, other, wrong(**{"[2]": 10, "[1]": 90})) is None


def test_few_wrong_answers_are_not():
    same = dict.fromkeys(range(3), "[2]")
    assert rules.resembles(same, dict(same), wrong(**{"[2]": 1, "[1]": 99})) is None
