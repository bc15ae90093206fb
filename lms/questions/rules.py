"""What a sound question is, and when an answer is right. Pure functions, for every kind alike."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.behaviours import behaviour_of
from lms.questions.facts import (
    FEWEST_OPTIONS,
    LETTERS,
    LONGEST_EXPLANATION,
    LONGEST_OPTION,
    LONGEST_TEXT,
    LONGEST_TOPIC,
    MOST_OPTIONS,
    TRUE_FALSE_OPTIONS,
    Asked,
    Judged,
    QuestionFacts,
)
from lms.questions.kinds import Counting, QuestionKind
from lms.questions.texts import is_printable, printable

__all__ = [
    "FEWEST_OPTIONS",
    "LETTERS",
    "LONGEST_EXPLANATION",
    "LONGEST_OPTION",
    "LONGEST_TEXT",
    "LONGEST_TOPIC",
    "MOST_OPTIONS",
    "TRUE_FALSE_OPTIONS",
    "QuestionFacts",
    "answer_letters",
    "is_accepted",
    "is_right",
    "printable",
    "problems",
    "public_view",
]


def is_right(kind: QuestionKind, answer: Sequence[Any], chosen: Sequence[Any] | None) -> bool:
    """Whether exactly the right answer was given, all of it or nothing.

    `chosen` came from a browser: whatever is no answer to this kind is wrong, as is nothing.
    """
    return bool(chosen) and behaviour_of(kind).is_right(answer, chosen or [])


def is_accepted(question: Judged, chosen: Sequence[Any] | None) -> bool:
    """Whether an answer is taken for right; of a faulty question, any that was given."""
    if question.counting is not Counting.KEY:
        return bool(chosen)
    return is_right(question.kind, question.answer, chosen)


def public_view(question: Asked, option_order: Sequence[int]) -> dict[str, Any]:
    """What the asked may see: text, kind and the options as shown; never answer or explanation.

    `option_order` holds the options' own indexes in the order in which they are shown.
    """
    return behaviour_of(question.kind).view(question, option_order)


def answer_letters(answer: Sequence[int]) -> str:
    """Indexes as people write them: (0, 2) is "AC"."""
    return "".join(LETTERS[index] for index in sorted(answer))


def problems(facts: QuestionFacts) -> dict[str, Any]:
    """What is wrong, by field: empty for a sound question."""
    found = _unprintable_fields(facts)
    if not 1 <= len(facts.text) <= LONGEST_TEXT:
        found["text"] = _l("请填写题干，不超过 1000 个字。")
    if not 1 <= facts.difficulty <= 3:
        found["difficulty"] = _l("难度只能是 1、2 或 3。")
    if len(facts.topic) > LONGEST_TOPIC:
        found["topic"] = _l("知识点不能超过 64 个字。")
    if len(facts.explanation) > LONGEST_EXPLANATION:
        found["explanation"] = _l("解析不能超过 2000 个字。")
    return found | behaviour_of(facts.kind).problems(facts)


def _unprintable_fields(facts: QuestionFacts) -> dict[str, Any]:
    texts = {
        "text": [facts.text],
        "topic": [facts.topic],
        "explanation": [facts.explanation],
        **behaviour_of(facts.kind).texts(facts),
    }
    message = _l("文字中有无法显示的控制字符，请删去后重新输入。")
    return {
        field: message for field, written in texts.items() if not all(map(is_printable, written))
    }
