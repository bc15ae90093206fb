"""GIFT questions read: what stands between the braces tells the kind."""

import re

from flask_babel import lazy_gettext as _l

from lms.questions.formats.blanks import BLANK, mark_blanks
from lms.questions.formats.drafting import Drafting
from lms.questions.formats.gift_blocks import Block, blocks, hide_escapes, show_escapes
from lms.questions.formats.markup import html_to_text
from lms.questions.formats.reading import Draft, Place, Reading
from lms.questions.formats.tags import apply_tags, choice_kind, with_feedback
from lms.questions.formats.weights import Choice, is_exact, right_indexes, whole_forms
from lms.questions.kinds import QuestionKind
from lms.questions.rules import TRUE_FALSE_OPTIONS

# Far more than any question has: no small file shall keep the server busy.
_MOST_ANSWERS = 100
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d*)?)%")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
_JUDGED = {"T": 0, "TRUE": 0, "F": 1, "FALSE": 1}
_ORDERING = re.compile(
    r">\s*(?P<count>\d+)?\s*(?P<select>ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG)?[^\n]*\n(?P<items>.*)",
    re.DOTALL,
)


def read_gift(text: str) -> Reading:
    """Every question of the file, in its order."""
    return Reading([_draft(block) for block in blocks(text)])


def _draft(block: Block) -> Draft:
    body, title = hide_escapes(block.body), ""
    named = re.match(r"::(.*?)::", body, re.DOTALL)
    if named:
        title, body = show_escapes(named.group(1)).strip(), body[named.end() :].strip()
    draft = Draft(Place(block.line, title[:40]), source=block.raw)
    _Question(draft, body).read()
    apply_tags(draft, block.tags, block.topic)
    return draft


class _Question(Drafting):
    """One question on its way from GIFT to facts."""

    def __init__(self, draft: Draft, body: str) -> None:
        self.draft = draft
        self.body = body
        self.format = "moodle"
        self.explanation = ""
        self.text = ""

    def read(self) -> None:
        start, end = self.body.find("{"), self.body.find("}")
        if start < 0 and end < 0:
            self.text = self._plain(self.body)
            self._refuse("answer", _l("没有花括号里的答案：这是说明文字，不是题目。"))
        elif not 0 <= start < end:
            self.text = self._plain(self.body)
            self._refuse(
                "answer", _l("花括号不成对；题目中间不能有空行，文字里的花括号前要加 \\。")
            )
        else:
            self._read_parts(self.body[:start], self.body[start + 1 : end], self.body[end + 1 :])

    def _read_parts(self, before: str, answers: str, after: str) -> None:
        if "{" in after or "}" in after:
            self._refuse("answer", _l("有多处花括号，只能有一处。"))
        is_inside = bool(after.strip())
        written = f"{before}{BLANK}{after}" if is_inside else before
        written = self._take_format(written.strip())
        answers, found, general = answers.strip().rpartition("####")
        if not found:
            answers, general = general, ""
        self.text = self._plain(written)
        self.explanation = self._plain(self._take_format(general.strip())) if general else ""
        self._read_answers(answers.strip())

    def _take_format(self, text: str) -> str:
        found = _FORMAT.match(text)
        if not found:
            return text
        self.format = found.group(1)
        return text[found.end() :].strip()

    def _read_answers(self, answers: str) -> None:
        word = answers.partition("#")[0].strip().upper()
        if not answers:
            self._refuse("kind", _l("问答题（没有答案的花括号）不能导入：这里只有自动判分的题。"))
        elif answers.count("~") + answers.count("=") > _MOST_ANSWERS:
            self._refuse("answer", _l("答案过多，不能导入。"))
        elif answers.startswith("#"):
            self._read_number(answers[1:])
        elif answers.startswith(">"):
            self._read_ordering(answers)
        elif "~" in answers:
            self._read_choices(answers)
        elif "->" in answers and "=" in answers:
            self._read_pairs(answers)
        elif word in _JUDGED:
            self._read_judged(_JUDGED[word], answers)
        elif answers.startswith("="):
            self._read_forms(answers)
        else:
            self._refuse("answer", _l("答案前面缺少 = 或 ~。"))

    def _read_choices(self, answers: str) -> None:
        is_single = "=" in answers
        choices = [self._choice(part) for part in re.split(r"(?=[~=])", answers) if part.strip()]
        rights = right_indexes(self.draft, choices, is_single)
        options = [choice.text for choice in choices]
        kind = choice_kind(options, rights, is_single)
        if kind is QuestionKind.TRUE_FALSE:
            options = list(TRUE_FALSE_OPTIONS)
        elif kind is QuestionKind.SINGLE and not is_single and rights:
            self.draft.note(_l("只有一个正确选项，按单选题导入。"))
        self._keep_feedback(choices)
        self._finish(kind, tuple(options), tuple(rights))

    def _choice(self, part: str, *, is_plain: bool = False) -> Choice:
        sign, part = (part[0], part[1:].strip()) if part[0] in "~=" else ("~", part)
        if sign == "~" and part.startswith("="):
            sign, part = "=", part[1:].strip()
        weight = 100.0 if sign == "=" else 0.0
        found = _WEIGHT.match(part)
        if found:
            weight, part = float(found.group(1)), part[found.end() :]
        text, _sign, said = part.partition("#")
        # What a learner types is compared as it is, and never was HTML.
        text = show_escapes(text).strip() if is_plain else self._plain(self._without_format(text))
        return Choice(text, weight, self._plain(said))

    def _read_forms(self, answers: str) -> None:
        parts = re.split(r"(?==)", answers)
        choices = [self._choice(part, is_plain=True) for part in parts if part.strip()]
        forms = whole_forms(self.draft, choices)
        self._keep_feedback(choices)
        self._finish_blank(forms)

    def _finish_blank(self, forms: list[str]) -> None:
        self.text = mark_blanks(self.text)
        self._finish(QuestionKind.FILL_IN, (), (tuple(forms),))

    def _read_number(self, answers: str) -> None:
        parts = [part for part in answers.split("=") if part.strip()]
        values: list[Choice] = []
        for part in parts:
            choice = self._choice(f"={part.strip()}", is_plain=True)
            value, _sign, tolerance = choice.text.partition(":")
            if not is_exact(value, tolerance):
                message = _l(
                    "数值题的范围或误差“%(text)s”不能导入，只能填写确定的数。", text=choice.text
                )
                self._refuse("answer", message)
                return
            values.append(Choice(value.strip(), choice.weight, choice.feedback))
        self.draft.note(_l("数值题按填空题导入：答案要与所写的数一致。"))
        self._keep_feedback(values)
        self._finish_blank(whole_forms(self.draft, values))

    def _read_judged(self, index: int, answers: str) -> None:
        _word, *said = (part.strip() for part in answers.split("#"))
        wrong, right = ([self._plain(text) for text in said] + ["", ""])[:2]
        choices = [Choice("答错时", 0, wrong), Choice("答对时", 0, right)]
        self._keep_feedback(choices)
        self._finish(QuestionKind.TRUE_FALSE, TRUE_FALSE_OPTIONS, (index,))

    def _read_pairs(self, answers: str) -> None:
        pairs: list[tuple[str, str]] = []
        extra: list[tuple[str, str]] = []
        for part in (part for part in answers.split("=") if part.strip()):
            left, found, right = part.partition("->")
            if not found:
                message = _l("匹配题的一项缺少 ->：%(text)s", text=show_escapes(part.strip())[:40])
                self._refuse("options", message)
            pair = (self._plain(self._without_format(left.strip())), self._plain(right))
            (pairs if pair[0] else extra).append(pair)
        self._finish(QuestionKind.MATCHING, (*pairs, *extra), tuple(range(len(pairs))))

    def _read_ordering(self, answers: str) -> None:
        found = _ORDERING.match(answers)
        lines = found.group("items").split("\n") if found else []
        items = [self._plain(line) for line in lines if line.strip()]
        if found and found.group("select") not in (None, "ALL", "EXACT"):
            self.draft.note(_l("排序题改为每次排全部各项。"))
        self._finish(QuestionKind.ORDERING, tuple(items), tuple(range(len(items))))

    def _keep_feedback(self, choices: list[Choice]) -> None:
        if any(choice.feedback for choice in choices):
            self.draft.note(_l("各选项的反馈并入了解析。"))
        said = [(choice.text, choice.feedback) for choice in choices]
        self.explanation = with_feedback(self.explanation, said)

    def _without_format(self, text: str) -> str:
        text = text.strip()
        found = _FORMAT.match(text)
        return text[found.end() :] if found else text

    def _plain(self, text: str) -> str:
        shown = show_escapes(text.strip()).strip()
        if self.format == "plain":
            return shown
        if self.format == "markdown":
            self.draft.note(_l("Markdown 标记按原样保留为文字。"))
            return shown
        plain, notes = html_to_text(shown, keeps_lines=self.format == "moodle")
        for note in notes:
            self.draft.note(note)
        return plain
