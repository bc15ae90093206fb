"""Questions with options to choose from: one, several, or right and wrong."""

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.behaviours.base import Behaviour, KeyLine, ReviewLine, places
from lms.questions.facts import (
    FEWEST_OPTIONS,
    LETTERS,
    LONGEST_OPTION,
    MOST_OPTIONS,
    TRUE_FALSE_OPTIONS,
    Known,
    QuestionFacts,
)


class SingleChoice(Behaviour):
    """One right option. `answer` and `chosen` hold own indexes."""

    shape = "choice"

    def problems(self, facts: QuestionFacts) -> dict[str, Any]:
        found = {
            "options": self._option_problem(facts.options),
            "answer": self.key_problem(facts, facts.answer),
        }
        return {field: message for field, message in found.items() if message is not None}

    def _option_problem(self, options: Sequence[str]) -> Any | None:
        return option_problem(options)

    def _count_problem(self, count: int) -> Any | None:
        return None if count == 1 else _l("只能有一个正确答案。")

    def key_problem(self, question: Known, answer: Sequence[Any]) -> Any | None:
        if not answer:
            return _l("请指定正确答案。")
        if len(set(answer)) != len(answer) or not set(answer) <= set(range(len(question.options))):
            return _l("答案不在选项之中。")
        return self._count_problem(len(answer))

    def texts(self, facts: QuestionFacts) -> dict[str, list[str]]:
        return {"options": list(facts.options)}

    def kept(self, facts: QuestionFacts) -> tuple[list[Any], list[Any]]:
        return list(facts.options), sorted(facts.answer)

    def own_answer(self, question: Known, order: Sequence[int], given: Any) -> list[Any] | None:
        chosen = places(given, len(order))
        return None if chosen is None else sorted(order[place] for place in chosen)

    def shown_answer(self, order: Sequence[int], chosen: Sequence[Any]) -> list[Any]:
        return [place for place, own in enumerate(order) if own in chosen]

    def is_complete(self, question: Known, chosen: Sequence[Any]) -> bool:
        return bool(chosen)

    def is_right(self, answer: Sequence[Any], chosen: Sequence[Any]) -> bool:
        if len(chosen) != len(answer) or any(type(index) is not int for index in chosen):
            return False
        return set(chosen) == set(answer)

    def key_lines(self, question: Known) -> list[KeyLine]:
        return [
            KeyLine(f"{LETTERS[own]}. {option}", own in question.answer)
            for own, option in enumerate(question.options)
        ]

    def review(
        self, question: Known, order: Sequence[int], chosen: Sequence[Any]
    ) -> list[ReviewLine]:
        return [
            ReviewLine(question.options[own], own in question.answer, own in chosen)
            for own in order
        ]


class MultipleChoice(SingleChoice):
    """At least two right options."""

    def _count_problem(self, count: int) -> Any | None:
        return None if count >= 2 else _l("多选题至少有两个正确答案。")

    def is_right_so_far(self, answer: Sequence[Any], chosen: Sequence[Any]) -> bool:
        return bool(chosen) and set(chosen) < set(answer)

    def share(self, answer: Sequence[Any], chosen: Sequence[Any]) -> Fraction:
        """Right ones less wrong ones: choosing everything must not earn anything by itself."""
        right = len(set(chosen) & set(answer))
        wrong = len(set(chosen)) - right
        return Fraction(max(0, right - wrong), len(answer))


class TrueFalse(SingleChoice):
    """Right or wrong, always in this order: shuffling it would only make people misread."""

    def _option_problem(self, options: Sequence[str]) -> Any | None:
        is_fixed = tuple(options) == TRUE_FALSE_OPTIONS
        return None if is_fixed else _l("判断题的选项固定为“正确”和“错误”。")

    def draw_order(self, option_count: int, random: Random) -> list[int]:
        return list(range(option_count))


def option_problem(options: Sequence[str]) -> Any | None:
    """What is wrong with a list of options as such: their number, empty, equal or too long ones."""
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        return _l("选项应有 2 到 10 个。")
    if not all(options):
        return _l("选项不能留空，请按顺序填写。")
    if len({option.casefold() for option in options}) != len(options):
        return _l("有重复的选项，请修改。")
    if any(len(option) > LONGEST_OPTION for option in options):
        return _l("每个选项不能超过 300 个字。")
    return None
