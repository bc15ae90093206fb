"""What differs from kind to kind of question, a class each. Nobody else asks `if kind is`."""

from lms.questions.behaviours.base import Behaviour, KeyLine, ReviewLine
from lms.questions.behaviours.choices import MultipleChoice, SingleChoice, TrueFalse
from lms.questions.behaviours.fill_in import FillIn
from lms.questions.behaviours.matching import Matching
from lms.questions.behaviours.ordering import Ordering
from lms.questions.kinds import QuestionKind

__all__ = ["Behaviour", "KeyLine", "ReviewLine", "behaviour_of"]

_BEHAVIOURS: dict[QuestionKind, Behaviour] = {
    QuestionKind.SINGLE: SingleChoice(),
    QuestionKind.MULTIPLE: MultipleChoice(),
    QuestionKind.TRUE_FALSE: TrueFalse(),
    QuestionKind.FILL_IN: FillIn(),
    QuestionKind.ORDERING: Ordering(),
    QuestionKind.MATCHING: Matching(),
}


def behaviour_of(kind: QuestionKind) -> Behaviour:
    """How questions of this kind behave."""
    return _BEHAVIOURS[kind]
