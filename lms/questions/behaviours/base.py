"""What every kind of question must be able to do: the one place where kinds differ."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from lms.questions.facts import Asked, Known, QuestionFacts


@dataclass(frozen=True)
class KeyLine:
    """A line of a question as its trainer sees it; `is_key` if it is (part of) the answer."""

    text: Any
    is_key: bool


@dataclass(frozen=True)
class ReviewLine:
    """A line of an answered question, for a learner who may see what was right.

    An option has marks; anything else says what was given and what is right there.
    """

    text: Any
    is_key: bool = False
    is_chosen: bool = False
    given: str | None = None
    right: str | None = None


class Behaviour(ABC):
    """How a kind of question is written, shown, answered, graded and read.

    "Own" indexes are those of the question as it was written; "places" are those of the options
    as one learner sees them. A learner's answer is kept in own indexes, so that it can be graded
    whatever the order was, and travels in places, so that nothing of the writing is given away.
    """

    # Which template and which module of script ask it: several kinds may look alike.
    shape: str
    # Whether options in the order in which they were written would give the answer away.
    order_is_answer = False

    @abstractmethod
    def problems(self, facts: QuestionFacts) -> dict[str, Any]:
        """What is wrong with options and answer, by field."""

    @abstractmethod
    def texts(self, facts: QuestionFacts) -> dict[str, list[str]]:
        """The texts in options and answer, by field."""

    @abstractmethod
    def kept(self, facts: QuestionFacts) -> tuple[list[Any], list[Any]]:
        """Options and answer as the bank keeps them."""

    def as_written(
        self, options: Sequence[Any], answer: Sequence[Any]
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Options and answer as a trainer writes them: what a mended key says, written out anew.

        Own indexes change by it, so it is for copies, files and forms, never for grading.
        """
        return tuple(options), tuple(answer)

    @abstractmethod
    def key_problem(self, question: Known, answer: Sequence[Any]) -> Any | None:
        """What is wrong with `answer` as the key of a question that was asked; None if nothing."""

    def draw_order(self, option_count: int, random: Random) -> list[int]:
        """Own indexes of the options in the order in which one learner sees them."""
        order = list(range(option_count))
        random.shuffle(order)
        return order

    def view(self, question: Asked, order: Sequence[int]) -> dict[str, Any]:
        """What the asked may see: text, kind, options as shown; never answer or explanation."""
        return {
            "text": question.text,
            "kind": question.kind.value,
            "options": [question.options[index] for index in order],
        }

    @abstractmethod
    def own_answer(self, question: Known, order: Sequence[int], given: Any) -> list[Any] | None:
        """An answer as a browser sent it, in own indexes; [] if nothing was answered.

        None for what no page of ours would send: it comes from anybody, and may be anything.
        """

    @abstractmethod
    def shown_answer(self, order: Sequence[int], chosen: Sequence[Any]) -> list[Any]:
        """The reverse of `own_answer`: a kept answer as the page it was given on shows it."""

    @abstractmethod
    def is_complete(self, question: Known, chosen: Sequence[Any]) -> bool:
        """Whether the answer leaves nothing open, so that grading it is fair."""

    @abstractmethod
    def is_right(self, answer: Sequence[Any], chosen: Sequence[Any]) -> bool:
        """Whether all of the answer, and nothing else, was given."""

    def is_right_so_far(self, answer: Sequence[Any], chosen: Sequence[Any]) -> bool:
        """Whether some of several right options were chosen, and nothing wrong.

        False for kinds that have no such answers.
        """
        return False

    def share(self, answer: Sequence[Any], chosen: Sequence[Any]) -> Fraction:
        """How much of the answer was given, 0 to 1; a kind without parts knows all or nothing."""
        return Fraction(self.is_right(answer, chosen))

    @abstractmethod
    def key_lines(self, question: Known) -> list[KeyLine]:
        """The question's options and answer as lines to read."""

    @abstractmethod
    def review(
        self, question: Known, order: Sequence[int], chosen: Sequence[Any]
    ) -> list[ReviewLine]:
        """What was answered and what is right, as lines to read in the order shown."""


def places(given: Any, count: int) -> list[int] | None:
    """`given` if it is a list of different places below `count`, else None."""
    if not isinstance(given, list) or len(given) > count:
        return None
    if any(type(place) is not int or not 0 <= place < count for place in given):
        return None
    return given if len(set(given)) == len(given) else None
