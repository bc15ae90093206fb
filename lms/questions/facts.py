"""What a trainer writes of a question, and how much of it. Pure values, seen by every rule."""

from dataclasses import dataclass
from typing import Any, Protocol

from lms.questions.kinds import QuestionKind, QuestionUse

FEWEST_OPTIONS, MOST_OPTIONS = 2, 10
LONGEST_TEXT, LONGEST_OPTION, LONGEST_TOPIC = 1000, 300, 64
LONGEST_EXPLANATION = 2000
# Of blanks: how many a text may mark, how many forms each accepts, and how long one may be; what a
# learner types may be longer, so that a long wrong answer is wrong and not refused.
MOST_BLANKS, MOST_FORMS, LONGEST_FORM, LONGEST_GIVEN = 10, 20, 100, 200
MOST_DISTRACTORS = 5
TRUE_FALSE_OPTIONS = ("正确", "错误")
LETTERS = "ABCDEFGHIJ"


@dataclass(frozen=True, kw_only=True)
class QuestionFacts:
    """What a trainer writes of a question. What options and answer hold is its kind's affair.

    Choice kinds: options are texts, `answer` the indexes of the right ones, from 0.
    fill_in: no options; the text marks each blank by "____", or has one behind it; `answer` holds
    the accepted forms (texts) of each blank.
    ordering: options are texts in the right order, `answer` is (0, 1, …).
    matching: options are pairs (left, right), then pairs ("", right) of distractors; `answer` is
    (0, 1, …) for the pairs with a left.
    """

    kind: QuestionKind
    text: str
    options: tuple[Any, ...]
    answer: tuple[Any, ...]
    use: QuestionUse = QuestionUse.BOTH
    explanation: str = ""
    difficulty: int = 2
    topic: str = ""


class Asked(Protocol):
    """What of a question may be shown before it is answered."""

    @property
    def kind(self) -> Any: ...
    @property
    def text(self) -> Any: ...
    @property
    def options(self) -> Any: ...


class Known(Asked, Protocol):
    """A question together with its answer, for those who may see it."""

    @property
    def answer(self) -> Any: ...


class Judged(Known, Protocol):
    """A question that was asked, with how it counts."""

    @property
    def counting(self) -> Any: ...
