"""Moodle XML questions read: an element each, whose type says what else it holds."""

import html

from flask_babel import lazy_gettext as _l

from lms.questions.formats.blanks import mark_blanks
from lms.questions.formats.cloze import read_cloze
from lms.questions.formats.drafting import Drafting
from lms.questions.formats.gift_blocks import topic_of
from lms.questions.formats.markup import html_to_text
from lms.questions.formats.reading import MOST_QUESTIONS, Draft, Place, Reading
from lms.questions.formats.tags import apply_tags, choice_kind, with_feedback
from lms.questions.formats.weights import Choice, is_exact, right_indexes, whole_forms
from lms.questions.formats.xml_files import Element, child, line_of, local_name
from lms.questions.kinds import QuestionKind
from lms.questions.rules import TRUE_FALSE_OPTIONS

_REFUSED = {
    "essay": _l("问答题不能导入：这里只有自动判分的题。"),
    "description": _l("说明文字不是题目。"),
}


def read_quiz(root: Element) -> Reading:
    """The questions below the root, in its order; a category holds for all that follow.

    Of too many, one more is read than may be imported.
    """
    drafts, topic = [], ""
    for element in root:
        if local_name(element) != "question":
            continue
        if element.get("type") == "category":
            topic = topic_of(_text_of(child(element, "category")))
        else:
            drafts.append(_Question(element).read(topic))
        if len(drafts) > MOST_QUESTIONS:
            break
    return Reading(drafts)


def _text_of(element: Element | None) -> str:
    """What stands in the `text` of an element, or in it itself."""
    if element is None:
        return ""
    inner = child(element, "text")
    return ((inner if inner is not None else element).text or "").strip()


class _Question(Drafting):
    """One element on its way to facts."""

    def __init__(self, element: Element) -> None:
        self.element = element
        name = html.unescape(_text_of(child(element, "name")))
        self.draft = Draft(Place(line_of(element), name[:40]), source=element)
        self.text = self._plain(child(element, "questiontext"))
        self.explanation = self._plain(child(element, "generalfeedback"))

    def read(self, topic: str) -> Draft:
        kind = self.element.get("type", "")
        readers = {
            "multichoice": self._read_choices,
            "truefalse": self._read_judged,
            "shortanswer": self._read_forms,
            "numerical": self._read_numbers,
            "matching": self._read_pairs,
            "ordering": self._read_ordering,
            "cloze": self._read_embedded,
        }
        if kind in readers:
            readers[kind]()
        else:
            message = _REFUSED.get(kind, _l("%(kind)s 类型的题不能导入。", kind=kind or "?"))
            self._refuse("kind", message)
        tags = child(self.element, "tags")
        apply_tags(self.draft, [_text_of(tag) for tag in tags] if tags is not None else [], topic)
        self._note_rest()
        return self.draft

    def _note_rest(self) -> None:
        if any(local_name(each) == "hint" and _text_of(each) for each in self.element):
            self.draft.note(_l("提示没有导入。"))
        if _text_of(child(self.element, "hidden")) == "1":
            self.draft.note(_l("在 Moodle 里已隐藏，导入后照常使用。"))
        combined = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
        # Moodle gives every question the same three sentences unless somebody writes others.
        stock = ("您的答案正确", "您的答案部分正确", "您的答案不正确", "Your answer is")
        for name in combined:
            said, _notes = html_to_text(_text_of(child(self.element, name)))
            if said and not said.startswith(stock):
                self.draft.note(_l("答对、答错时的整体反馈没有导入。"))

    def _choices(self, *, is_plain: bool = False) -> list[Choice]:
        found = []
        for answer in self._all("answer"):
            text = _text_of(answer) if is_plain else self._plain(answer)
            found.append(Choice(text, _weight(answer), self._plain(child(answer, "feedback"))))
        return found

    def _all(self, name: str) -> list[Element]:
        return [each for each in self.element if local_name(each) == name]

    def _read_choices(self) -> None:
        choices = self._choices()
        is_single = _text_of(child(self.element, "single")) in ("true", "1")
        rights = right_indexes(self.draft, choices, is_single)
        options = [choice.text for choice in choices]
        kind = choice_kind(options, rights, is_single)
        if kind is QuestionKind.SINGLE and not is_single and rights:
            self.draft.note(_l("只有一个正确选项，按单选题导入。"))
        if kind is QuestionKind.TRUE_FALSE:
            options = list(TRUE_FALSE_OPTIONS)
        self._keep_feedback(choices)
        self._finish(kind, tuple(options), tuple(rights))

    def _read_judged(self) -> None:
        choices = self._choices(is_plain=True)
        rights = [choice.text.casefold() for choice in choices if choice.weight >= 99]
        if len(rights) != 1 or rights[0] not in ("true", "false"):
            self.draft.refuse("answer", _l("判断题没有标明正确还是错误。"))
        words = {"true": TRUE_FALSE_OPTIONS[0], "false": TRUE_FALSE_OPTIONS[1]}
        said = [Choice(words.get(c.text.casefold(), ""), c.weight, c.feedback) for c in choices]
        self._keep_feedback(said)
        answer = (0,) if rights == ["true"] else (1,)
        self._finish(QuestionKind.TRUE_FALSE, TRUE_FALSE_OPTIONS, answer)

    def _read_forms(self) -> None:
        choices = self._choices(is_plain=True)
        if _text_of(child(self.element, "usecase")) == "1":
            self.draft.note(_l("答案不再区分大小写。"))
        self._keep_feedback(choices)
        self._finish_blank(whole_forms(self.draft, choices))

    def _read_numbers(self) -> None:
        choices = self._choices(is_plain=True)
        for answer, choice in zip(self._all("answer"), choices, strict=True):
            tolerance = _text_of(child(answer, "tolerance"))
            if choice.weight > 0 and not is_exact(choice.text, tolerance):
                text = f"{choice.text} ± {tolerance}" if tolerance else choice.text
                message = _l("数值题的范围或误差“%(text)s”不能导入，只能填写确定的数。", text=text)
                self.draft.refuse("answer", message)
        self.draft.note(_l("数值题按填空题导入：答案要与所写的数一致。"))
        if child(self.element, "units") is not None:
            self.draft.note(_l("计量单位没有导入。"))
        self._keep_feedback(choices)
        self._finish_blank(whole_forms(self.draft, choices) if not self.draft.problems else [])

    def _finish_blank(self, forms: list[str]) -> None:
        self.text = mark_blanks(self.text)
        self._finish(QuestionKind.FILL_IN, (), (tuple(forms),))

    def _read_pairs(self) -> None:
        pairs: list[tuple[str, str]] = []
        extra: list[tuple[str, str]] = []
        for part in self._all("subquestion"):
            right, _notes = html_to_text(_text_of(child(part, "answer")))
            pair = (self._plain(part), right)
            (pairs if pair[0] else extra).append(pair)
        self._finish(QuestionKind.MATCHING, (*pairs, *extra), tuple(range(len(pairs))))

    def _read_ordering(self) -> None:
        items = [choice.text for choice in self._choices()]
        if _text_of(child(self.element, "selecttype")).upper() not in ("", "ALL", "0"):
            self.draft.note(_l("排序题改为每次排全部各项。"))
        self._finish(QuestionKind.ORDERING, tuple(items), tuple(range(len(items))))

    def _read_embedded(self) -> None:
        self.text, blanks = read_cloze(self.draft, self.text)
        self._finish(QuestionKind.FILL_IN, (), blanks)

    def _keep_feedback(self, choices: list[Choice]) -> None:
        if any(choice.feedback for choice in choices):
            self.draft.note(_l("各选项的反馈并入了解析。"))
        said = [(choice.text, choice.feedback) for choice in choices]
        self.explanation = with_feedback(self.explanation, said)

    def _plain(self, element: Element | None) -> str:
        if element is None:
            return ""
        text, shape = _text_of(element), element.get("format", "html")
        if shape == "plain_text":
            return text
        if shape == "markdown":
            self.draft.note(_l("Markdown 标记按原样保留为文字。"))
            return text
        plain, notes = html_to_text(text, keeps_lines=shape == "moodle_auto_format")
        for note in notes:
            self.draft.note(note)
        return plain


def _weight(answer: Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0
