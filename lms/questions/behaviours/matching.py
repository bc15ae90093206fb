"""Questions in which each of some texts is to be given the one that belongs to it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.behaviours.base import Behaviour, KeyLine, ReviewLine
from lms.questions.facts import (
    FEWEST_OPTIONS,
    LONGEST_OPTION,
    MOST_DISTRACTORS,
    MOST_OPTIONS,
    Asked,
    Known,
    QuestionFacts,
)


class Matching(Behaviour):
    """Options are pairs of left and right, at the end such without a left, which fit nothing.

    `chosen` holds for each left the own index of the right it was given, None while it has none,
    and so does `answer`: as written each left's own, after its key was mended perhaps another's.
    """

    order_is_answer = True
    shape = "pairs"

    def problems(self, facts: QuestionFacts) -> dict[str, Any]:
        problem = _pair_problem(facts.options) or _text_problem(facts.options)
        if problem is not None:
            return {"options": problem}
        if list(facts.answer) != list(range(len(_lefts(facts)))):
            return {"answer": _l("匹配题的每一对应写在同一行。")}
        return {}

    def texts(self, facts: QuestionFacts) -> dict[str, list[str]]:
        return {"options": [text for pair in facts.options for text in pair]}

    def kept(self, facts: QuestionFacts) -> tuple[list[Any], list[Any]]:
        return [list(pair) for pair in facts.options], list(facts.answer)

    def as_written(
        self, options: Sequence[Any], answer: Sequence[Any]
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        rights = [right for _left, right in options]
        lefts = [left for left, _right in options if left]
        pairs = [(left, rights[own]) for left, own in zip(lefts, answer, strict=True)]
        left_over = [("", right) for own, right in enumerate(rights) if own not in answer]
        return (*pairs, *left_over), tuple(range(len(pairs)))

    def key_problem(self, question: Known, answer: Sequence[Any]) -> Any | None:
        is_whole = len(answer) == len(_lefts(question)) and len(set(answer)) == len(answer)
        if not is_whole or not set(answer) <= set(range(len(question.options))):
            return _l("每个左项都要有一个不同的右项。")
        return None

    def view(self, question: Asked, order: Sequence[int]) -> dict[str, Any]:
        """The lefts as `prompts` in their own order, all rights as `options` in the drawn one."""
        return {
            "text": question.text,
            "kind": question.kind.value,
            "prompts": _lefts(question),
            "options": [question.options[index][1] for index in order],
        }

    def own_answer(self, question: Known, order: Sequence[int], given: Any) -> list[Any] | None:
        if not isinstance(given, list) or len(given) not in (0, len(_lefts(question))):
            return None
        if not all(_is_place(place, len(order)) for place in given):
            return None
        own = [None if place is None else order[place] for place in given]
        return own if any(index is not None for index in own) else []

    def shown_answer(self, order: Sequence[int], chosen: Sequence[Any]) -> list[Any]:
        return [None if own is None else order.index(own) for own in chosen]

    def is_complete(self, question: Known, chosen: Sequence[Any]) -> bool:
        return len(chosen) == len(_lefts(question)) and None not in chosen

    def is_right(self, answer: Sequence[Any], chosen: Sequence[Any]) -> bool:
        return all(type(own) is int for own in chosen) and list(chosen) == list(answer)

    def share(self, answer: Sequence[Any], chosen: Sequence[Any]) -> Fraction:
        """Each pair counts alike."""
        right = sum(own == wanted for own, wanted in zip(chosen, answer, strict=False))
        return Fraction(right, len(answer))

    def key_lines(self, question: Known) -> list[KeyLine]:
        return [
            KeyLine(f"{left} — {right}", True)
            if left
            else KeyLine(_l("干扰项：%(text)s", text=right), False)
            for left, right in self.as_written(question.options, question.answer)[0]
        ]

    def review(
        self, question: Known, order: Sequence[int], chosen: Sequence[Any]
    ) -> list[ReviewLine]:
        lefts = _lefts(question)
        given = [*chosen, *[None] * len(lefts)]
        rights = [right for _left, right in question.options]
        return [
            ReviewLine(left, given="" if own is None else rights[own], right=rights[key])
            for left, own, key in zip(lefts, given, question.answer, strict=False)
        ]


def _lefts(question: Asked) -> list[str]:
    return [left for left, _right in question.options if left]


def _is_place(place: Any, count: int) -> bool:
    return place is None or (type(place) is int and 0 <= place < count)


def _pair_problem(options: Sequence[Sequence[str]]) -> Any | None:
    if any(len(pair) != 2 for pair in options):
        return _l("匹配题的每一行都应有左右两项。")
    lefts = [left for left, _right in options if left]
    if not FEWEST_OPTIONS <= len(lefts) <= MOST_OPTIONS:
        return _l("应有 2 到 10 对，请按顺序填写。")
    if any(not left for left, _right in options[: len(lefts)]):
        return _l("左项不能留空，请按顺序填写。")
    if len(options) - len(lefts) > MOST_DISTRACTORS:
        return _l("干扰项最多 5 个。")
    return None


def _text_problem(options: Sequence[Sequence[str]]) -> Any | None:
    lefts = [left.casefold() for left, _right in options if left]
    rights = [right.casefold() for _left, right in options]
    if not all(rights):
        return _l("右项不能留空，请按顺序填写。")
    if len(set(lefts)) != len(lefts) or len(set(rights)) != len(rights):
        # Two equal texts could be told apart by nobody, yet only one of them would be right.
        return _l("左项之间、右项之间（包括干扰项）不能重复。")
    if any(len(text) > LONGEST_OPTION for pair in options for text in pair):
        return _l("每个选项不能超过 300 个字。")
    return None
