"""Moodle's GIFT format: questions as text."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.questions.formats.blanks import around_blanks
from lms.questions.formats.files import decode_text
from lms.questions.formats.gift_blocks import category_of, escape, tag_comment
from lms.questions.formats.gift_reading import read_gift
from lms.questions.formats.markup import has_picture, text_to_html, to_tex
from lms.questions.formats.reading import Draft, Entry, Loss, Reading, problem_lines
from lms.questions.formats.tags import all_texts, tags_of
from lms.questions.kinds import QuestionKind
from lms.questions.rules import QuestionFacts

_NEEDS_HTML = re.compile(r"[<>&\n\\$\[%]")


class Gift:
    """Questions between empty lines, answers in braces."""

    name = "gift"
    label = _l("Moodle GIFT")
    extension = "gift.txt"
    mimetype = "text/plain; charset=utf-8"

    def read(self, content: bytes) -> Reading:
        return read_gift(decode_text(content))

    def losses(self, entry: Entry) -> list[Loss]:
        facts = entry.facts
        if facts.kind is QuestionKind.FILL_IN and len(facts.answer) > 1:
            return [Loss(_l("多个空的填空题：GIFT 一道题只能有一个空。"), is_whole=True)]
        found = []
        if facts.kind is QuestionKind.ORDERING and facts.explanation:
            found.append(Loss(_l("排序题的解析。")))
        if has_picture(*all_texts(facts)):
            found.append(Loss(_l("图片：只写出图片的名称。")))
        return found

    def write(self, entries: Sequence[Entry]) -> bytes:
        kept = [e for e in entries if not any(loss.is_whole for loss in self.losses(e))]
        parts, number = [], 0
        for topic, group in groupby(kept, key=lambda entry: entry.facts.topic):
            parts.append(f"$CATEGORY: {category_of(topic)}")
            for entry in group:
                number += 1
                parts.append(f"{tag_comment(tags_of(entry))}\n::{number}:: {_written(entry.facts)}")
        return "\n\n".join([*parts, ""]).encode()

    def give_back(self, drafts: Sequence[Draft]) -> bytes:
        parts = []
        for draft in drafts:
            comments = [f"// {line}" for line in problem_lines(draft)]
            parts.append("\n".join([*comments, draft.source]))
        return "\n\n".join([*parts, ""]).encode()


def _written(facts: QuestionFacts) -> str:
    is_html = any(_NEEDS_HTML.search(text) for text in all_texts(facts)) or facts.text[:2] in (
        "//",
        "::",
    )
    write = _as_html if is_html else escape
    before, after = facts.text, ""
    if facts.kind is QuestionKind.FILL_IN:
        before, after = around_blanks(facts.text)
    general = f"\n\t####{write(facts.explanation)}" if facts.explanation else ""
    if facts.kind is QuestionKind.ORDERING:
        # Its own reader knows no feedback between the braces.
        general = ""
    gap = "" if facts.kind is QuestionKind.FILL_IN else " "
    start = ("[html]" if is_html else "") + write(before) + gap
    return f"{start}{{{_answers(facts, write)}{general}\n}}{write(after)}"


def _as_html(text: str) -> str:
    # A per cent sign at the beginning would be taken for a weight.
    return escape(re.sub(r"^%", "&#37;", text_to_html(text)))


def _answers(facts: QuestionFacts, write: Any) -> str:
    match facts.kind:
        case QuestionKind.TRUE_FALSE:
            return "TRUE" if facts.answer == (0,) else "FALSE"
        case QuestionKind.SINGLE:
            signs = ["=" if n in facts.answer else "~" for n in range(len(facts.options))]
            return _lines(f"{s}{write(text)}" for s, text in zip(signs, facts.options, strict=True))
        case QuestionKind.MULTIPLE:
            worth = f"{100 / len(facts.answer):.5f}".rstrip("0").rstrip(".")
            weights = [worth if n in facts.answer else "-100" for n in range(len(facts.options))]
            pairs = zip(weights, facts.options, strict=True)
            return _lines(f"~%{weight}%{write(text)}" for weight, text in pairs)
        case QuestionKind.FILL_IN:
            forms = (form.replace("*", r"\*") for form in facts.answer[0])
            return _lines(f"=%100%{escape(form)}" for form in forms)
        case QuestionKind.MATCHING:
            # What stands on the right is plain text there.
            return _lines(
                f"={write(left)} -> {escape(to_tex(right))}" for left, right in facts.options
            )
        case _:
            head = f">{len(facts.options)} ALL VERTICAL ALL_OR_NOTHING SHOW none"
            return "\n".join([head, *(_item(text, write is _as_html) for text in facts.options)])


def _lines(answers: Any) -> str:
    return "".join(f"\n\t{answer}" for answer in answers)


def _item(text: str, is_html: bool) -> str:
    # Of the escapes, Moodle's reader of orderings undoes that of the backslash alone.
    text = text_to_html(text) if is_html else text
    return re.sub(r"([\\{}])", r"\\\1", text)
