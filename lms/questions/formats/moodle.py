"""Moodle's own XML format."""

import copy
from collections.abc import Sequence
from xml.etree.ElementTree import Comment, SubElement

from flask_babel import lazy_gettext as _l

from lms.core.errors import Invalid
from lms.questions.formats.cloze import write_cloze
from lms.questions.formats.gift_blocks import category_of
from lms.questions.formats.markup import has_picture, text_to_html, to_tex
from lms.questions.formats.moodle_reading import read_quiz
from lms.questions.formats.reading import Draft, Entry, Loss, Reading, problem_lines
from lms.questions.formats.tags import all_texts, tags_of
from lms.questions.formats.xml_files import Element, local_name, parse, serialise
from lms.questions.kinds import QuestionKind
from lms.questions.rules import QuestionFacts

_NAME_LENGTH = 40
_TYPES = {
    QuestionKind.SINGLE: "multichoice",
    QuestionKind.MULTIPLE: "multichoice",
    QuestionKind.TRUE_FALSE: "truefalse",
    QuestionKind.FILL_IN: "shortanswer",
    QuestionKind.ORDERING: "ordering",
    QuestionKind.MATCHING: "matching",
}


class MoodleXml:
    """Questions as elements of one `quiz`."""

    name = "moodle-xml"
    label = _l("Moodle XML")
    extension = "moodle.xml"
    mimetype = "application/xml"

    def read(self, content: bytes) -> Reading:
        root = parse(content)
        if local_name(root) != "quiz":
            raise Invalid(_l("这不是 Moodle XML：最外层应是 quiz。"), field="file")
        return read_quiz(root)

    def losses(self, entry: Entry) -> list[Loss]:
        pictures = has_picture(*all_texts(entry.facts))
        return [Loss(_l("图片：只写出图片的名称。"))] if pictures else []

    def write(self, entries: Sequence[Entry]) -> bytes:
        root, topic = Element("quiz"), None
        for entry in entries:
            if entry.facts.topic != topic:
                topic = entry.facts.topic
                category = SubElement(root, "question", type="category")
                _text(category, "category", category_of(topic))
            _write_question(root, entry)
        return serialise(root)

    def give_back(self, drafts: Sequence[Draft]) -> bytes:
        root = Element("quiz")
        for draft in drafts:
            # Two strokes in a row would end the comment.
            said = " / ".join(problem_lines(draft)).replace("--", "- -")
            root.append(Comment(f" {said} "))
            root.append(copy.deepcopy(draft.source))
        return serialise(root)


def _write_question(root: Element, entry: Entry) -> None:
    facts = entry.facts
    is_embedded = facts.kind is QuestionKind.FILL_IN and len(facts.answer) > 1
    element = SubElement(root, "question", type="cloze" if is_embedded else _TYPES[facts.kind])
    _text(element, "name", to_tex(facts.text).replace("\n", " ")[:_NAME_LENGTH])
    text = text_to_html(facts.text)
    if is_embedded:
        text = write_cloze(facts.text, facts.answer, text_to_html)
    _html(element, "questiontext", text)
    _html(element, "generalfeedback", text_to_html(facts.explanation))
    _plain(element, "defaultgrade", "1.0")
    _plain(element, "hidden", "0")
    if not is_embedded:
        _WRITERS[facts.kind](element, facts)
    tags = SubElement(element, "tags")
    for tag in tags_of(entry):
        _text(tags, "tag", tag)


def _write_choices(element: Element, facts: QuestionFacts) -> None:
    is_single = facts.kind is QuestionKind.SINGLE
    _plain(element, "single", "true" if is_single else "false")
    _plain(element, "shuffleanswers", "true")
    _plain(element, "answernumbering", "ABCD")
    # With several right ones, Moodle adds up their worth; a wrong one takes everything.
    right = 100 / len(facts.answer)
    for index, option in enumerate(facts.options):
        worth = right if index in facts.answer else 0 if is_single else -100
        _html(element, "answer", text_to_html(option)).set("fraction", f"{worth:.5f}")


def _write_judged(element: Element, facts: QuestionFacts) -> None:
    for index, word in enumerate(("true", "false")):
        answer = _text(element, "answer", word)
        answer.set("fraction", "100" if facts.answer == (index,) else "0")
        answer.set("format", "moodle_auto_format")


def _write_forms(element: Element, facts: QuestionFacts) -> None:
    _plain(element, "usecase", "0")
    for form in facts.answer[0]:
        answer = _text(element, "answer", form.replace("*", r"\*"))
        answer.set("fraction", "100")
        answer.set("format", "plain_text")


def _write_ordering(element: Element, facts: QuestionFacts) -> None:
    settings = {
        "layouttype": "VERTICAL",
        "selecttype": "ALL",
        "selectcount": "0",
        "gradingtype": "ALL_OR_NOTHING",
        "showgrading": "SHOW",
        "numberingstyle": "none",
    }
    for name, value in settings.items():
        _plain(element, name, value)
    for number, option in enumerate(facts.options, start=1):
        _html(element, "answer", text_to_html(option)).set("fraction", str(number))


def _write_pairs(element: Element, facts: QuestionFacts) -> None:
    _plain(element, "shuffleanswers", "true")
    for left, right in facts.options:
        _text(_html(element, "subquestion", text_to_html(left)), "answer", to_tex(right))


_WRITERS = {
    QuestionKind.SINGLE: _write_choices,
    QuestionKind.MULTIPLE: _write_choices,
    QuestionKind.TRUE_FALSE: _write_judged,
    QuestionKind.FILL_IN: _write_forms,
    QuestionKind.ORDERING: _write_ordering,
    QuestionKind.MATCHING: _write_pairs,
}


def _plain(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = text
    return element


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    _plain(element, "text", text)
    return element


def _html(parent: Element, name: str, text: str) -> Element:
    element = _text(parent, name, text)
    element.set("format", "html")
    return element
