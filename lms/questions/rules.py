"""What a sound question is, and when an answer is right. Pure functions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l

from lms.questions.kinds import QuestionKind, QuestionUse

FEWEST_OPTIONS, MOST_OPTIONS = 2, 10
LONGEST_TEXT, LONGEST_OPTION, LONGEST_TOPIC = 1000, 300, 64
LONGEST_EXPLANATION = 2000
TRUE_FALSE_OPTIONS = ("正确", "错误")
LETTERS = "ABCDEFGHIJ"
# What is pasted from elsewhere may hold characters that no page shows and no workbook can hold
# (XML 1.0, 2.2); tabs and line ends are no such.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class QuestionFacts:
    """What a trainer writes of a question. `answer` holds indexes of the right options, from 0."""

    kind: QuestionKind
    text: str
    options: tuple[str, ...]
    answer: tuple[int, ...]
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


def is_right(question_answer: Sequence[Any], chosen: Sequence[Any] | None) -> bool:
    """Whether exactly the right options were chosen, each once, in whatever order.

    `chosen` comes from a browser: anything but whole numbers is wrong, as is nothing at all.
    """
    if not chosen or len(chosen) != len(question_answer):
        return False
    if any(type(index) is not int for index in chosen):
        return False
    return set(chosen) == set(question_answer)


def public_view(question: Asked, option_order: Sequence[int]) -> dict[str, Any]:
    """What the asked may see: text, kind and the options as shown; never answer or explanation.

    `option_order` holds the options' own indexes in the order in which they are shown.
    """
    return {
        "text": question.text,
        "kind": question.kind.value,
        "options": [question.options[index] for index in option_order],
    }


def answer_letters(answer: Sequence[int]) -> str:
    """Indexes as people write them: (0, 2) is "AC"."""
    return "".join(LETTERS[index] for index in sorted(answer))


def printable(text: str) -> str:
    """The text without control characters; tabs and line ends stay."""
    return _UNPRINTABLE.sub("", text)


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
    options = _option_problem(facts)
    if options is not None:
        found["options"] = options
    answer = _answer_problem(facts)
    if answer is not None:
        found["answer"] = answer
    return found


def _unprintable_fields(facts: QuestionFacts) -> dict[str, Any]:
    texts = {
        "text": [facts.text],
        "topic": [facts.topic],
        "explanation": [facts.explanation],
        "options": facts.options,
    }
    message = _l("文字中有无法显示的控制字符，请删去后重新输入。")
    return {
        field: message
        for field, written in texts.items()
        if any(_UNPRINTABLE.search(text) for text in written)
    }


def _option_problem(facts: QuestionFacts) -> Any | None:
    options = facts.options
    if facts.kind is QuestionKind.TRUE_FALSE:
        is_fixed = options == TRUE_FALSE_OPTIONS
        return None if is_fixed else _l("判断题的选项固定为“正确”和“错误”。")
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        return _l("选项应有 2 到 10 个。")
    if not all(options):
        return _l("选项不能留空，请按顺序填写。")
    if len({option.casefold() for option in options}) != len(options):
        return _l("有重复的选项，请修改。")
    if any(len(option) > LONGEST_OPTION for option in options):
        return _l("每个选项不能超过 300 个字。")
    return None


def _answer_problem(facts: QuestionFacts) -> Any | None:
    answer = facts.answer
    if not answer:
        return _l("请指定正确答案。")
    if len(set(answer)) != len(answer) or not set(answer) <= set(range(len(facts.options))):
        return _l("答案不在选项之中。")
    if facts.kind is QuestionKind.MULTIPLE:
        return None if len(answer) >= 2 else _l("多选题至少有两个正确答案。")
    return None if len(answer) == 1 else _l("只能有一个正确答案。")
