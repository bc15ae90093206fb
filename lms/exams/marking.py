"""Marks: what an answer is worth, and the sum of a paper.

All points on papers are whole hundredths of a point, so that half a question and a third of one
add up exactly; pages write them with `shown.points`.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from lms.exams.models import Attempt, PaperItem
from lms.exams.rules import PartialCredit
from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import QuestionKind


def award(item: PaperItem, answer: Sequence[Any] | None = None) -> int:
    """Hundredths of a point that the item's answer earns by its attempt's rule. Changes nothing.

    `answer` is the key to mark by: the question's own, unless another one is given.
    """
    key = item.question.answer if answer is None else answer
    rule = item.attempt.partial_credit
    return earned(item.question.kind, key, item.chosen, item.points, rule)


def mark(attempt: Attempt) -> int:
    """Write what each item of the paper is awarded, and their sum, which is returned."""
    for item in attempt.items:
        item.awarded = award(item)
    attempt.points = sum(item.awarded or 0 for item in attempt.items)
    return attempt.points


def earned(
    kind: QuestionKind,
    answer: Sequence[Any],
    chosen: Sequence[Any],
    points: int,
    rule: PartialCredit,
) -> int:
    """What an answer earns of `points`, rounded half up to a whole unit. Pure.

    Nothing is ever taken away: an answer earns nought at worst, and no answer earns nought.
    """
    if not chosen:
        return 0
    share = _share(kind, answer, chosen, rule)
    return (2 * points * share.numerator + share.denominator) // (2 * share.denominator)


def _share(
    kind: QuestionKind, answer: Sequence[Any], chosen: Sequence[Any], rule: PartialCredit
) -> Fraction:
    behaviour = behaviour_of(kind)
    if behaviour.is_right(answer, chosen):
        return Fraction(1)
    if rule is PartialCredit.PROPORTIONAL:
        return behaviour.share(answer, chosen)
    if rule is PartialCredit.HALF and behaviour.is_right_so_far(answer, chosen):
        return Fraction(1, 2)
    return Fraction(0)
