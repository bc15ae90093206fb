"""Pure rules of statistics: groups, correlation, histogram, medians, and what is unusual.

Shares are 0 to 1; a paper's share of its full marks is compared in hundredths of a per cent, so
that both databases group alike.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FEWEST_PAPERS = 20
"""With fewer papers a figure says more of chance than of the question."""

GROUP_PERCENT = 27
"""The best and the worst of the papers that are set against each other (Kelley 1939)."""

LONGEST_SECONDS = 3600
"""A time for one question is taken for no more than this."""

FAST_PERCENT = 25
"""A paper is far faster than the others if it took less than this of their median time."""

BURST_SECONDS = 2
"""Answers came in one go if there were no more than so many seconds between two on average."""

FEWEST_ANSWERS = 5
"""A paper with fewer answers says nothing of how they were given."""

FEWEST_SAME, SAME_PERCENT, FEWEST_BITS = 4, 80, 10
"""Two papers resemble each other if so many wrong answers are the same, so much of those of each,
and chance would bring it about less than once in 2 to the power of this."""


@dataclass(frozen=True)
class Cuts:
    """Who belongs to the upper group (at least `upper`) and to the lower (at most `lower`)."""

    lower: int
    upper: int


@dataclass
class Sums:
    """What a correlation needs of pairs of an item's share (x) and that of the rest (y)."""

    n: int
    x: float
    xx: float
    y: float
    yy: float
    xy: float


def cuts_of(scores: Mapping[int, int]) -> Cuts:
    """The limits of both groups, by how often each share (in hundredths of a per cent) came.

    Equal papers are in one group, so that a group may be larger than its per cent.
    """
    wanted = math.ceil(sum(scores.values()) * GROUP_PERCENT / 100)
    ordered = sorted(scores)
    return Cuts(_reached(ordered, scores, wanted), _reached(ordered[::-1], scores, wanted))


def _reached(ordered: Sequence[int], scores: Mapping[int, int], wanted: int) -> int:
    seen = 0
    for score in ordered:
        seen += scores[score]
        if seen >= wanted:
            return score
    return 0


def correlation(sums: Sums) -> float | None:
    """Pearson's coefficient; None where one side does not vary."""
    x = sums.n * sums.xx - sums.x**2
    y = sums.n * sums.yy - sums.y**2
    # What rounding leaves of two equal sums is no variation.
    if x <= 1e-9 * sums.n**2 or y <= 1e-9 * sums.n**2:
        return None
    found = (sums.n * sums.xy - sums.x * sums.y) / math.sqrt(x * y)
    return max(-1.0, min(1.0, found))


def histogram(scores: Mapping[int, int]) -> list[int]:
    """How many papers reached 0 to 9 %, 10 to 19 %, …, 90 to 100 %."""
    bins = [0] * 10
    for score, count in scores.items():
        bins[min(9, score // 1000)] += count
    return bins


def median(counts: Mapping[int, int]) -> int | None:
    """The median of whole numbers, by how often each came; the lower of two in the middle."""
    middle, seen = (sum(counts.values()) + 1) // 2, 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= middle:
            return value
    return None


def mean(counts: Mapping[int, int]) -> float | None:
    """The mean of whole numbers, by how often each came."""
    total = sum(counts.values())
    return sum(value * count for value, count in counts.items()) / total if total else None


def seconds_between(opened: float, answered: Sequence[float]) -> list[int]:
    """For each answer, in order of time, the seconds since the one before or the opening."""
    before = [opened, *answered]
    return [
        min(LONGEST_SECONDS, max(0, round(now - then)))
        for then, now in zip(before, answered, strict=False)
    ]


def is_fast(seconds: int, median_seconds: int, answers: int) -> bool:
    """Whether a paper took far less time than the others."""
    return answers >= FEWEST_ANSWERS and seconds * 100 < median_seconds * FAST_PERCENT


def is_burst(answered: Sequence[float]) -> bool:
    """Whether all answers, in order of time, were saved within seconds of each other."""
    if len(answered) < FEWEST_ANSWERS:
        return False
    return answered[-1] - answered[0] <= BURST_SECONDS * (len(answered) - 1)


def same_wrong(one: Mapping[int, str], other: Mapping[int, str]) -> list[tuple[int, str]]:
    """The wrong answers that two papers have in common."""
    smaller, larger = sorted((one, other), key=len)
    return [(key, value) for key, value in smaller.items() if larger.get(key) == value]


def resembles(
    one: Mapping[int, str],
    other: Mapping[int, str],
    wrong: Mapping[int, Counter[str]],
) -> int | None:
    """How many wrong answers two papers share, if that is unusual; None if it is not.

    `wrong` tells how often each wrong answer was given by all: what many chose is no sign.
    """
    if min(len(one), len(other)) < FEWEST_SAME:
        return None
    same = same_wrong(one, other)
    is_much = len(same) * 100 >= SAME_PERCENT * max(len(one), len(other))
    if len(same) < FEWEST_SAME or not is_much or bits_of(same, wrong) < FEWEST_BITS:
        return None
    return len(same)


def bits_of(same: Iterable[tuple[int, str]], wrong: Mapping[int, Counter[str]]) -> float:
    """How surprising it is that two who answer apart from each other agree in these."""
    bits = 0.0
    for question_id, answer in same:
        counts = wrong[question_id]
        bits -= math.log2(max(1, counts[answer]) / max(1, counts.total()))
    return bits
