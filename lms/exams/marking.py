"""Marks: what an answer is worth, and the sum of a paper.

All points on papers are whole hundredths of a point, so that half a question and a third of one
add up exactly; pages write them with `shown.points`.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import update

from lms.core.db import db
from lms.exams.models import Attempt, PaperItem
from lms.exams.rules import PartialCredit
from lms.questions.behaviours import behaviour_of
from lms.questions.kinds import Counting, QuestionKind
from lms.questions.mending import Key, key_of
from lms.questions.models import Question

# What marking reads of a question; its texts are most of what it weighs.
MARKED_BY = (Question.kind, Question.answer, Question.counting)


def award(item: PaperItem, answer: Sequence[Any] | None = None) -> int:
    """Hundredths of a point that the item's answer earns by its attempt's rule. Changes nothing.

    `answer` is the key to mark by: the question's own, unless another one is given.
    """
    key = key_of(item.question) if answer is None else Key(Counting.KEY, list(answer))
    rule = item.attempt.partial_credit
    return worth(item.question.kind, key, item.chosen, item.points, rule)[0]


def mark(attempt: Attempt) -> int:
    """Write what each item of the paper is awarded, and their sum, which is returned.

    A question that by now counts for nobody leaves the full marks of the paper, too.
    """
    items_by_award: dict[int, list[int]] = {}
    for item in attempt.items:
        items_by_award.setdefault(award(item), []).append(item.id)
    # A statement for each mark that was given, not for each of fifty questions.
    for awarded, ids in items_by_award.items():
        same = update(PaperItem).where(PaperItem.id.in_(ids))
        db.session.execute(same.values(awarded=awarded))
    attempt.points = sum(awarded * len(ids) for awarded, ids in items_by_award.items())
    counted = [item for item in attempt.items if item.question.counting is not Counting.VOID]
    attempt.total_points = sum(item.points for item in counted)
    return attempt.points


def worth(
    kind: QuestionKind, key: Key, chosen: Sequence[Any], points: int, rule: PartialCredit
) -> tuple[int, int]:
    """What an answer is awarded by `key`, and the full marks that count for it. Pure."""
    if key.counting is Counting.VOID:
        return 0, 0
    if key.counting is Counting.EVERYBODY:
        return points, points
    return earned(kind, key.answer, chosen, points, rule), points


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
