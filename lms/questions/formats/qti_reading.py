"""A QTI item of version 2.x or 3.0 read."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from lms.questions.formats.drafting import Drafting
from lms.questions.formats.qti_body import feedback_of, interactions_of, text_of
from lms.questions.formats.qti_names import to_common
from lms.questions.formats.reading import Draft
from lms.questions.formats.tags import choice_kind, with_feedback
from lms.questions.formats.xml_files import Element
from lms.questions.kinds import QuestionKind
from lms.questions.rules import TRUE_FALSE_OPTIONS

_NAMES = {
    "extendedTextInteraction": _l("问答题不能导入：这里只有自动判分的题。"),
    "uploadInteraction": _l("上传文件的题不能导入。"),
    "hotspotInteraction": _l("在图片上作答的题不能导入。"),
    "graphicGapMatchInteraction": _l("在图片上作答的题不能导入。"),
    "selectPointInteraction": _l("在图片上作答的题不能导入。"),
}
# What a rule that gives all or nothing is made of; anything else may give parts of the points.
_PLAIN_PROCESSING = {
    *("responseProcessing", "responseCondition", "responseIf", "responseElse", "match"),
    *("variable", "correct", "setOutcomeValue", "baseValue", "and", "equal", "mapResponse"),
    *("isNull", "not", "responseElseIf"),
}


@dataclass(frozen=True)
class _Declared:
    """What an item declares of a response: right values, and the worth of each value."""

    correct: tuple[str, ...]
    worth: dict[str, float]

    @property
    def best(self) -> list[str]:
        """The values that are right: those declared so, else those worth most."""
        most = max(self.worth.values(), default=0)
        return list(self.correct) or [k for k, v in self.worth.items() if most > 0 and v == most]


def is_item(name: str) -> bool:
    """Whether a root of this local name is an item."""
    return name in ("assessmentItem", "qti-assessment-item")


def read_item(draft: Draft, root: Element) -> None:
    """Put into `draft` what the item holds; raises nothing: what is wrong is a problem of it."""
    _Item(draft, to_common(root)).read()


class _Item(Drafting):
    """One item on its way to facts."""

    def __init__(self, draft: Draft, root: Element) -> None:
        self.draft = draft
        self.root = root
        self.responses = {
            each.get("identifier", ""): self._declared(each)
            for each in root.iter("responseDeclaration")
        }
        self.text = ""
        self.explanation = ""

    def read(self) -> None:
        body = self.root.find("itemBody")
        interactions = interactions_of(body) if body is not None else []
        self.text = text_of(self.draft, body)
        self._read_feedback()
        self._note_rest()
        names = {each.tag for each in interactions}
        if not interactions:
            self._refuse("answer", _l("没有作答部分，不是题目。"))
        elif names == {"textEntryInteraction"}:
            self._read_blanks(interactions)
        elif len(interactions) > 1:
            self._refuse("kind", _l("一道题有多个作答部分，不能导入。"))
        else:
            self._read_interaction(interactions[0])

    def _read_interaction(self, interaction: Element) -> None:
        readers = {
            "choiceInteraction": self._read_choices,
            "orderInteraction": self._read_ordering,
            "matchInteraction": self._read_pairs,
        }
        name = interaction.tag
        if name in readers:
            readers[name](interaction)
        else:
            self._refuse("kind", _NAMES.get(name, _l("%(kind)s 类型的题不能导入。", kind=name)))

    def _declared(self, element: Element) -> _Declared:
        correct = [value.text or "" for each in element.iter("correctResponse") for value in each]
        worth: dict[str, float] = {}
        for entry in element.iter("mapEntry"):
            worth[entry.get("mapKey", "")] = _number(entry.get("mappedValue", "0"))
            if entry.get("caseSensitive") == "true":
                self.draft.note(_l("答案不再区分大小写。"))
        return _Declared(tuple(value.strip() for value in correct), worth)

    def _response(self, interaction: Element) -> _Declared:
        name = interaction.get("responseIdentifier", "")
        declared = self.responses.get(name, _Declared((), {}))
        if not declared.best:
            self.draft.refuse("answer", _l("没有标明正确答案。"))
        return declared

    def _read_choices(self, interaction: Element) -> None:
        declared = self._response(interaction)
        is_single = interaction.get("maxChoices", "1") == "1"
        names, options = self._options(interaction, "simpleChoice")
        positive = [name for name, worth in declared.worth.items() if worth > 0]
        # With several to choose and no right answer declared, all that earns is right.
        rights = declared.best if declared.correct or is_single else positive
        if len({declared.worth[name] for name in positive}) > 1:
            self.draft.note(_l("各选项的分值没有保留：全部选对才得分。"))
        answer = self._indexes(names, rights)
        kind = choice_kind(options, answer, is_single)
        if kind is QuestionKind.TRUE_FALSE:
            options = list(TRUE_FALSE_OPTIONS)
        elif kind is QuestionKind.SINGLE and not is_single and answer:
            self.draft.note(_l("只有一个正确选项，按单选题导入。"))
        self._finish(kind, tuple(options), tuple(sorted(answer)))

    def _indexes(self, names: list[str], wanted: list[str]) -> list[int]:
        if not set(wanted) <= set(names):
            self.draft.refuse("answer", _l("答案不在选项之中。"))
        return [names.index(name) for name in wanted if name in names]

    def _options(self, parent: Element, tag: str) -> tuple[list[str], list[str]]:
        names, texts, said = [], [], []
        for choice in parent.iter(tag):
            feedback = feedback_of(self.draft, choice)
            names.append(choice.get("identifier", ""))
            texts.append(text_of(self.draft, choice))
            said.append((texts[-1], feedback))
        if any(feedback for _text, feedback in said):
            self.draft.note(_l("各选项的反馈并入了解析。"))
        self.explanation = with_feedback(self.explanation, said)
        return names, texts

    def _read_ordering(self, interaction: Element) -> None:
        order = self._response(interaction).correct
        names, options = self._options(interaction, "simpleChoice")
        places = self._indexes(names, list(order))
        if not self.draft.problems and sorted(places) != list(range(len(names))):
            self.draft.refuse("answer", _l("正确顺序没有包含全部各项。"))
        self._finish(
            QuestionKind.ORDERING, tuple(options[n] for n in places), tuple(range(len(places)))
        )

    def _read_pairs(self, interaction: Element) -> None:
        declared = self._response(interaction)
        sets = list(interaction.iter("simpleMatchSet"))
        if len(sets) != 2:
            self._refuse("options", _l("匹配题应有左右两组。"))
            return
        (lefts, left_texts), (rights, right_texts) = (
            self._options(each, "simpleAssociableChoice") for each in sets
        )
        partner = dict(pair.split() for pair in declared.best if len(pair.split()) == 2)
        is_whole = set(partner) == set(lefts) and len(declared.best) == len(lefts)
        if not self.draft.problems and not (is_whole and set(partner.values()) <= set(rights)):
            self.draft.refuse("answer", _l("匹配题的每个左项应恰好对应一个右项。"))
        known = dict(zip(rights, right_texts, strict=True))
        pairs = [
            (text, known.get(partner.get(name, ""), ""))
            for name, text in zip(lefts, left_texts, strict=True)
        ]
        extra = [("", known[name]) for name in rights if name not in partner.values()]
        self._finish(QuestionKind.MATCHING, (*pairs, *extra), tuple(range(len(pairs))))

    def _read_blanks(self, interactions: list[Element]) -> None:
        blanks = []
        for interaction in interactions:
            declared = self._response(interaction)
            best = max(declared.worth.values(), default=0)
            forms = [*declared.correct, *(k for k, v in declared.worth.items() if v == best > 0)]
            if any(0 < worth < best for worth in declared.worth.values()):
                self.draft.note(_l("部分得分的答案没有导入。"))
            blanks.append(tuple(dict.fromkeys(form for form in forms if form)))
        self._finish(QuestionKind.FILL_IN, (), tuple(blanks))

    def _read_feedback(self) -> None:
        said = [text_of(self.draft, each) for each in self.root.iter("modalFeedback")]
        said = [text for text in said if text]
        if len(said) > 1:
            self.draft.note(_l("几条反馈合并成了解析。"))
        self.explanation = "\n".join(said)

    def _note_rest(self) -> None:
        used = {each.tag for part in self.root.iter("responseProcessing") for each in part.iter()}
        if used - _PLAIN_PROCESSING:
            self.draft.note(_l("计分规则没有保留：全部答对才得分。"))
        if self.root.find("assessmentStimulusRef") is not None:
            self.draft.note(_l("引用的阅读材料没有导入。"))
        if self.root.find("templateDeclaration") is not None:
            self.draft.refuse("text", _l("题干里有变量（模板题），不能导入。"))
        if self.root.get("adaptive") == "true":
            self.draft.note(_l("分步作答改为一次作答。"))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
