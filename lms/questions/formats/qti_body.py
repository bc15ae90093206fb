"""What a QTI item shows, as HTML: its body without the parts that take an answer."""

import html
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.formats.blanks import BLANK
from lms.questions.formats.markup import html_to_text
from lms.questions.formats.reading import Draft
from lms.questions.formats.xml_files import Element, child

# What a body may hold that is not shown to everybody, and why it is not read.
_LEFT_OUT = {
    "rubricBlock": _l("评分说明没有导入。"),
    "feedbackBlock": _l("正文里的反馈没有导入。"),
    "feedbackInline": _l("正文里的反馈没有导入。"),
    "stylesheet": _l("样式没有保留。"),
    "companionMaterialsInfo": _l("随题工具没有导入。"),
    "catalogInfo": _l("无障碍附加内容没有导入。"),
}
_VARIABLE = {"printedVariable", "templateBlock", "templateInline"}


def is_interaction(name: str) -> bool:
    """Whether an element of this name takes an answer."""
    return name.endswith("Interaction")


def text_of(draft: Draft, element: Element | None) -> str:
    """The plain text of an element; what is left out is noted."""
    if element is None:
        return ""
    text, notes = html_to_text(_inner_html(draft, element), is_html=True)
    for note in notes:
        draft.note(note)
    return text


def _inner_html(draft: Draft, element: Element) -> str:
    parts = [html.escape(element.text or "", quote=False)]
    for each in element:
        parts += [_html(draft, each), html.escape(each.tail or "", quote=False)]
    return "".join(parts)


def _html(draft: Draft, element: Element) -> str:
    name = element.tag
    if name == "textEntryInteraction":
        return BLANK
    if is_interaction(name):
        prompt = child(element, "prompt")
        return f"<p>{_inner_html(draft, prompt)}</p>" if prompt is not None else ""
    if name in _LEFT_OUT:
        draft.note(_LEFT_OUT[name])
        return ""
    if name in _VARIABLE:
        draft.refuse("text", _l("题干里有变量（模板题），不能导入。"))
        return ""
    shown = {key: element.get(key, "") for key in ("src", "alt") if element.get(key)}
    attributes = "".join(f' {key}="{html.escape(value)}"' for key, value in shown.items())
    if name in ("br", "hr", "img"):
        return f"<{name}{attributes}>"
    return f"<{name}{attributes}>{_inner_html(draft, element)}</{name}>"


def interactions_of(body: Element) -> list[Element]:
    """The parts of a body that take an answer, in its order."""
    return [each for each in body.iter() if is_interaction(each.tag)]


def feedback_of(draft: Draft, choice: Element) -> str:
    """What is said of a choice; taken out of it, so that it is not read as its text."""
    said = []
    for parent in list(choice.iter()):
        for each in [each for each in parent if each.tag == "feedbackInline"]:
            said.append(text_of(draft, each))
            _take_out(parent, each)
    return " ".join(text for text in said if text)


def _take_out(parent: Element, element: Element) -> None:
    place = list(parent).index(element)
    tail: Any = element.tail or ""
    if place:
        parent[place - 1].tail = (parent[place - 1].tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
