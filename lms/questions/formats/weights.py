"""Answers that are worth a part of the points elsewhere; here a question is right or it is not."""

import re
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lms.questions.formats.reading import Draft

_WHOLE = 99.9
_NUMBER = re.compile(r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?")


@dataclass(frozen=True)
class Choice:
    """An answer of another system: its text, its worth in per cent, and what is said of it."""

    text: str
    weight: float
    feedback: str = ""


def right_indexes(draft: Draft, choices: list[Choice], is_single: bool) -> list[int]:
    """The answers that are right, and a note on every worth that is not kept.

    With one answer to choose, those worth everything are right; with several, those that earn.
    """
    if is_single:
        partly = [choice for choice in choices if 0 < choice.weight < _WHOLE]
        if partly:
            draft.note(_l("部分得分的选项按错误选项导入。"))
        rights = [n for n, choice in enumerate(choices) if choice.weight >= _WHOLE]
        if not rights:
            draft.refuse("answer", _l("没有得满分的选项。"))
        return rights
    rights = [n for n, choice in enumerate(choices) if choice.weight > 0]
    if len({round(choices[n].weight) for n in rights}) > 1:
        draft.note(_l("各选项的分值没有保留：全部选对才得分。"))
    return rights


def whole_forms(draft: Draft, choices: list[Choice]) -> list[str]:
    """The forms of an answer that earn everything; others are named in a note.

    A form that stands for many others by `*` cannot be compared here: the question is refused.
    """
    forms: list[str] = []
    for choice in choices:
        # What earns nothing is there for its feedback alone.
        if choice.weight < _WHOLE:
            if choice.weight > 0:
                draft.note(_l("部分得分的答案“%(text)s”没有导入。", text=choice.text[:40]))
        elif "*" in choice.text.replace(r"\*", ""):
            message = _l("答案“%(text)s”含通配符 *，不能导入。", text=choice.text[:40])
            draft.refuse("answer", message)
        else:
            forms.append(choice.text.replace(r"\*", "*"))
    if not forms and not draft.problems:
        draft.refuse("answer", _l("没有得满分的答案。"))
    return forms


def is_exact(value: str, tolerance: str) -> bool:
    """Whether a numerical answer is one number, and not all those around it."""
    value, tolerance = value.strip(), tolerance.strip() or "0"
    is_number = _NUMBER.fullmatch(value) and _NUMBER.fullmatch(tolerance)
    return bool(is_number) and float(tolerance) == 0
