"""The form in which a key is mended: how the question is to count, and its answer by its shape."""

import hashlib
import json
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from lms.exams.regrade.operations import LONGEST_REASON, SHORTEST_REASON
from lms.questions.behaviours import behaviour_of
from lms.questions.mending import Key
from lms.questions.models import Counting, Question
from lms.questions.rules import LETTERS
from lms.web.choices import choices_of


class RegradeForm(FlaskForm):
    """`answer` is given by the subclass of the question's shape; `seen` is what was previewed."""

    rows: str

    counting = RadioField(_l("怎样更正"), choices=choices_of(Counting), default=Counting.KEY.value)
    reason = TextAreaField(
        _l("更正理由"),
        [
            InputRequired(_l("请填写更正理由。")),
            Length(
                SHORTEST_REASON, LONGEST_REASON, message=_l("请用 5 到 500 个字说明更正的理由。")
            ),
        ],
        description=_l("受影响的学员会看到这段话，撤销的证书也会记下它。"),
        render_kw={"rows": 3},
    )
    stops_asking = BooleanField(_l("不再出这道题（弹题和考试都不再使用）"))
    number = IntegerField(widget=HiddenInput(), default=1)
    seen = HiddenField()

    def offer(self, question: Question) -> None:
        """Make room for an answer to the question, and offer what there is to choose from."""

    def fill(self, key: Key) -> None:
        """Show a key."""
        self.counting.data = key.counting.value
        self.fill_answer(key.answer)

    def fill_answer(self, answer: list[Any]) -> None:
        """Show an answer."""
        raise NotImplementedError

    def answered(self) -> list[Any]:
        """The answer as filled in, in own indexes."""
        raise NotImplementedError

    def key(self, question: Question) -> Key:
        """What was filled in. Where the question counts otherwise its answer stays."""
        counting = Counting(self.counting.data)
        answer = self.answered() if counting is Counting.KEY else list(question.answer)
        return Key(counting, answer)

    def fingerprint(self, question: Question) -> str:
        """What tells one choice from another, so that only what was previewed is carried out."""
        key = self.key(question)
        words = [key.counting.value, key.answer, self.number.data, self.stops_asking.data]
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:32]


class ChoiceForm(RegradeForm):
    rows = "exams/regrade/_choice.html"
    answer = SelectMultipleField(_l("正确答案"), coerce=int)

    def offer(self, question: Question) -> None:
        self.answer.choices = [
            SelectChoice(own, f"{LETTERS[own]}. {text}")
            for own, text in enumerate(question.options)
        ]

    def fill_answer(self, answer: list[Any]) -> None:
        self.answer.data = answer

    def answered(self) -> list[Any]:
        return sorted(self.answer.data or [])


class BlanksForm(RegradeForm):
    rows = "exams/regrade/_blanks.html"
    answer = FieldList(TextAreaField(render_kw={"rows": 2}), _l("每个空可接受的答案"))

    def offer(self, question: Question) -> None:
        while len(self.answer) < len(question.answer):
            self.answer.append_entry()

    def fill_answer(self, answer: list[Any]) -> None:
        for field, forms in zip(self.answer, answer, strict=True):
            field.data = "\n".join(forms)

    def answered(self) -> list[Any]:
        lines = [(field.data or "").splitlines() for field in self.answer]
        return [[line.strip() for line in each if line.strip()] for each in lines]


class PlacesForm(RegradeForm):
    """For each place, or for each left, the option that belongs there."""

    rows = "exams/regrade/_places.html"
    answer = FieldList(SelectField(coerce=int), _l("正确答案"))
    labels: list[str]

    def offer(self, question: Question) -> None:
        is_pairs = behaviour_of(question.kind).shape == "pairs"
        texts = [option[1] if is_pairs else option for option in question.options]
        lefts = [left for left, _right in question.options if left] if is_pairs else []
        self.labels = lefts or [str(place + 1) for place in range(len(texts))]
        while len(self.answer) < len(self.labels):
            self.answer.append_entry()
        for field in self.answer:
            field.choices = [SelectChoice(own, text) for own, text in enumerate(texts)]

    def fill_answer(self, answer: list[Any]) -> None:
        for field, own in zip(self.answer, answer, strict=True):
            field.data = own

    def answered(self) -> list[Any]:
        return [field.data for field in self.answer]


_FORMS: dict[str, type[RegradeForm]] = {
    "choice": ChoiceForm,
    "blanks": BlanksForm,
    "order": PlacesForm,
    "pairs": PlacesForm,
}


def form_for(question: Question) -> RegradeForm:
    """The form for a question, with what the request sent."""
    form = _FORMS[behaviour_of(question.kind).shape]()
    form.offer(question)
    return form
