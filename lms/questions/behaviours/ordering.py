"""Questions whose options are to be put in order."""

from collections.abc import Sequence
from random import Random
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.behaviours.base import Behaviour, KeyLine, ReviewLine, places
from lms.questions.behaviours.choices import option_problem
from lms.questions.facts import Known, QuestionFacts

# Of two orders one is right: if it were never shown, the other would always be.
_FEWEST_NEVER_RIGHT = 3


class Ordering(Behaviour):
    """Options are written in the right order; `chosen` holds own indexes as they were put.

    After its key was mended `answer` holds the own indexes in the right order.
    """

    order_is_answer = True
    shape = "order"

    def problems(self, facts: QuestionFacts) -> dict[str, Any]:
        problem = option_problem(facts.options)
        if problem is not None:
            return {"options": problem}
        if list(facts.answer) != list(range(len(facts.options))):
            return {"answer": _l("排序题的选项应按正确的顺序填写。")}
        return {}

    def texts(self, facts: QuestionFacts) -> dict[str, list[str]]:
        return {"options": list(facts.options)}

    def kept(self, facts: QuestionFacts) -> tuple[list[Any], list[Any]]:
        return list(facts.options), list(facts.answer)

    def as_written(
        self, options: Sequence[Any], answer: Sequence[Any]
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        return tuple(options[own] for own in answer), tuple(range(len(answer)))

    def key_problem(self, question: Known, answer: Sequence[Any]) -> Any | None:
        if sorted(answer) != list(range(len(question.options))):
            return _l("每个选项都要有一个不同的位置。")
        return None

    def draw_order(self, option_count: int, random: Random) -> list[int]:
        """By chance, but never the right one where there are enough others to hide it among."""
        right = list(range(option_count))
        order = super().draw_order(option_count, random)
        while order == right and option_count >= _FEWEST_NEVER_RIGHT:
            order = super().draw_order(option_count, random)
        return order

    def own_answer(self, question: Known, order: Sequence[int], given: Any) -> list[Any] | None:
        put = places(given, len(order))
        return None if put is None else [order[place] for place in put]

    def shown_answer(self, order: Sequence[int], chosen: Sequence[Any]) -> list[Any]:
        return [order.index(own) for own in chosen]

    def is_complete(self, question: Known, chosen: Sequence[Any]) -> bool:
        return len(chosen) == len(question.options)

    def is_right(self, answer: Sequence[Any], chosen: Sequence[Any]) -> bool:
        return all(type(own) is int for own in chosen) and list(chosen) == list(answer)

    def key_lines(self, question: Known) -> list[KeyLine]:
        return [
            KeyLine(f"{number}. {question.options[own]}", False)
            for number, own in enumerate(question.answer, start=1)
        ]

    def review(
        self, question: Known, order: Sequence[int], chosen: Sequence[Any]
    ) -> list[ReviewLine]:
        given = [question.options[own] for own in chosen]
        given += [""] * (len(question.options) - len(given))
        return [
            ReviewLine(
                _l("第 %(number)d 位", number=place + 1),
                given=given[place],
                right=question.options[own],
            )
            for place, own in enumerate(question.answer)
        ]
