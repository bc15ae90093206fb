"""Questions with answers inside the text, as Moodle embeds them: `{1:SHORTANSWER:=one~=other}`.

Syntax as Moodle's documentation states it ("Embedded Answers (Cloze)").
"""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.formats.blanks import BLANK, around_blanks
from lms.questions.formats.reading import Draft
from lms.questions.formats.weights import Choice, is_exact, whole_forms

_LONGEST = 20_000
_SHORT = {"SHORTANSWER", "SA", "MW"}
_SHORT_CASED = {"SHORTANSWER_C", "SAC", "MWC"}
_NUMERICAL = {"NUMERICAL", "NM"}
_EMBEDDED = re.compile(r"\{\d*:([A-Z_]+):((?:\\.|[^\\}])*)\}", re.DOTALL)
_WEIGHT = re.compile(r"(=|%(-?\d{1,3}(?:\.\d*)?)%)?(.*)", re.DOTALL)
_TILDE = re.compile(r"(?<!\\)~")
_HASH = re.compile(r"(?<!\\)#")


def read_cloze(draft: Draft, text: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """The text with a blank for each embedded answer, and the accepted forms of each."""
    blanks: list[tuple[str, ...]] = []

    def blank(found: re.Match[str]) -> str:
        blanks.append(tuple(_forms(draft, found.group(1), found.group(2))))
        return BLANK

    if len(text) > _LONGEST:
        draft.refuse("text", _l("请填写题干，不超过 1000 个字。"))
        return text[:_LONGEST], ()
    # Blanks that the text shows already would be taken for answers that are not there.
    text = _EMBEDDED.sub(blank, re.sub(r"_{3,}", "__", text))
    if not blanks and not draft.problems:
        draft.refuse("answer", _l("题目里没有填空。"))
    return text, tuple(blanks)


def _forms(draft: Draft, kind: str, answers: str) -> list[str]:
    choices = [_choice(part) for part in _TILDE.split(answers) if part.strip()]
    if any(choice.feedback for choice in choices):
        draft.note(_l("填空的反馈没有导入。"))
    if kind in _SHORT_CASED:
        draft.note(_l("答案不再区分大小写。"))
    if kind in _NUMERICAL:
        return _numbers(draft, choices)
    if kind not in _SHORT | _SHORT_CASED:
        draft.refuse("kind", _l("嵌入的 %(kind)s 题不能导入，只能是填空。", kind=kind))
        return []
    return whole_forms(draft, choices)


def _choice(part: str) -> Choice:
    found = _WEIGHT.match(part.strip())
    assert found is not None
    sign, weight, rest = found.groups()
    text, *said = _HASH.split(rest, maxsplit=1)
    worth = 0.0 if not sign else 100.0 if sign == "=" else float(weight)
    return Choice(_unescaped(text).strip(), worth, "".join(said).strip())


def _numbers(draft: Draft, choices: list[Choice]) -> list[str]:
    kept = []
    for choice in choices:
        value, _sign, tolerance = choice.text.partition(":")
        if not is_exact(value, tolerance):
            message = _l(
                "数值题的范围或误差“%(text)s”不能导入，只能填写确定的数。", text=choice.text
            )
            draft.refuse("answer", message)
        kept.append(Choice(value.strip(), choice.weight))
    return whole_forms(draft, kept)


def _unescaped(text: str) -> str:
    # A backslash before an asterisk stays: it is the forms' own sign.
    return re.sub(r"\\([~#}{\"/\\])", r"\1", text)


def write_cloze(text: str, blanks: Sequence[Sequence[str]], write: Any) -> str:
    """The text with its answers embedded; `write` turns what stands between them into HTML."""
    parts = around_blanks(text)
    written = [write(parts[0])]
    for forms, part in zip(blanks, parts[1:], strict=True):
        answers = "~".join(f"={_escaped(form)}" for form in forms)
        written += [f"{{1:SHORTANSWER:{answers}}}", write(part)]
    return "".join(written)


def _escaped(form: str) -> str:
    form = form.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([~#}{\"/\\])", r"\\\1", form).replace("*", r"\*")
