"""What the cells of a row hold for each kind of question, and back.

choice kinds     options as they are; the answer by letters, or 正确 / 错误
fill-in          one blank a column, its accepted forms between `|`
ordering         the options in the right order
matching         `left => right` a column; further right ones in the answer, between `|`

A sign that is meant as itself is written twice: `||`, `=>=>`.
"""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.formats.reading import Draft
from lms.questions.kinds import QuestionKind
from lms.questions.rules import (
    LETTERS,
    MOST_OPTIONS,
    TRUE_FALSE_OPTIONS,
    QuestionFacts,
    answer_letters,
)

_BAR = re.compile(r"(?<!\|)\|(?!\|)")
_ARROW = re.compile(r"(?<!=>)=>(?!=>)")


def read_cells(
    draft: Draft, kind: QuestionKind, options: Sequence[str], answer: str
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Options and answer of a question, from the cells of its options and of its answer."""
    match kind:
        case QuestionKind.TRUE_FALSE:
            return TRUE_FALSE_OPTIONS, _judged(answer)
        case QuestionKind.FILL_IN:
            if answer:
                draft.refuse("answer", _l("填空题的答案写在选项各列，每空一列，“答案”列不填。"))
            return (), tuple(tuple(_split(cell)) for cell in options)
        case QuestionKind.ORDERING:
            if answer:
                draft.refuse("answer", _l("排序题的选项按正确顺序填写，“答案”列不填。"))
            return tuple(options), tuple(range(len(options)))
        case QuestionKind.MATCHING:
            pairs = [_pair(draft, cell) for cell in options]
            extra = [("", text) for text in _split(answer)]
            return (*pairs, *extra), tuple(range(len(pairs)))
        case _:
            return tuple(options), _letters(answer)


def _judged(answer: str) -> tuple[int, ...]:
    return (TRUE_FALSE_OPTIONS.index(answer),) if answer in TRUE_FALSE_OPTIONS else ()


def _letters(text: str) -> tuple[int, ...]:
    letters = [c for c in text.upper() if c not in " ,，、;；"]
    # A letter that is none becomes an option nobody has, and is then refused as an answer.
    return tuple(LETTERS.index(c) if c in LETTERS else MOST_OPTIONS for c in letters)


def _split(cell: str) -> list[str]:
    return [part.strip().replace("||", "|") for part in _BAR.split(cell) if part.strip()]


def _pair(draft: Draft, cell: str) -> tuple[str, str]:
    sides = [side.strip().replace("=>=>", "=>") for side in _ARROW.split(cell)]
    if len(sides) != 2 or not sides[0]:
        draft.refuse("options", _l("匹配题的每个选项写成“左项 => 右项”：%(text)s", text=cell[:40]))
        return cell, ""
    return sides[0], sides[1]


def cells_of(facts: QuestionFacts) -> tuple[list[str], str]:
    """The cells of the options, and that of the answer."""
    match facts.kind:
        case QuestionKind.TRUE_FALSE:
            return [], TRUE_FALSE_OPTIONS[facts.answer[0]]
        case QuestionKind.FILL_IN:
            return [_joined(forms) for forms in facts.answer], ""
        case QuestionKind.ORDERING:
            return list(facts.options), ""
        case QuestionKind.MATCHING:
            count = len(facts.answer)
            pairs = [f"{_arrowed(left)} => {_arrowed(right)}" for left, right in facts.options]
            return pairs[:count], _joined([right for _left, right in facts.options[count:]])
        case _:
            return list(facts.options), answer_letters(facts.answer)


def _joined(texts: Sequence[str]) -> str:
    return " | ".join(text.replace("|", "||") for text in texts)


def _arrowed(text: str) -> str:
    return text.replace("=>", "=>=>")
