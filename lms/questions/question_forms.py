"""Forms in which a question is written: what all kinds share, and a form for each shape."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from lms.catalog.forms import stripped
from lms.catalog.models import Course, Lesson
from lms.questions.behaviours import behaviour_of
from lms.questions.facts import MOST_BLANKS, MOST_DISTRACTORS
from lms.questions.forms import DIFFICULTIES
from lms.questions.kinds import QuestionKind, QuestionUse
from lms.questions.models import Question
from lms.questions.rules import (
    LETTERS,
    LONGEST_EXPLANATION,
    LONGEST_TEXT,
    LONGEST_TOPIC,
    MOST_OPTIONS,
    TRUE_FALSE_OPTIONS,
    QuestionFacts,
)
from lms.web.choices import choices_of

Written = tuple[tuple[Any, ...], tuple[Any, ...]]
"""Options and answer as QuestionFacts hold them."""


class QuestionForm(FlaskForm):
    """What is written of every question. `rows` names the template of what differs."""

    rows: str

    text = TextAreaField(
        _l("题干"),
        [DataRequired(_l("请填写题干。")), Length(max=LONGEST_TEXT)],
        filters=[stripped],
        render_kw={"rows": 3},
    )
    use = SelectField(_l("用途"), choices=choices_of(QuestionUse), default="both")
    lesson_id = SelectField(_l("所属课时"), coerce=int, default=0)
    difficulty = SelectField(
        _l("难度"),
        choices=[SelectChoice(level, label) for level, label in DIFFICULTIES.items()],
        coerce=int,
        default=2,
    )
    topic = StringField(
        _l("知识点（成绩按此汇总，可不填）"),
        [Length(max=LONGEST_TOPIC, message=_l("知识点不能超过 64 个字。"))],
        filters=[stripped],
    )
    explanation = TextAreaField(
        _l("解析"),
        [Length(max=LONGEST_EXPLANATION)],
        filters=[stripped],
        description=_l("学习周期结束后才显示给学员。"),
        render_kw={"rows": 3},
    )

    def offer_lessons(self, course: Course) -> None:
        """Let the lessons of `course`, or none, be chosen."""
        lessons = [SelectChoice(lesson.id, lesson.title) for lesson in course.lessons]
        self.lesson_id.choices = [SelectChoice(0, _l("不限课时")), *lessons]

    def fill(self, question: Question) -> None:
        """Show what the question holds."""
        self.text.data = question.text
        self.use.data = question.use.value
        self.lesson_id.data = question.lesson_id or 0
        self.difficulty.data = question.difficulty
        self.topic.data = question.topic
        self.explanation.data = question.explanation
        self.fill_rows(question)

    def fill_rows(self, question: Question) -> None:
        """Show its options and its answer."""
        raise NotImplementedError

    def written(self) -> Written:
        """Options and answer as filled in."""
        raise NotImplementedError

    def chosen_lesson(self, course: Course) -> Lesson | None:
        """The lesson that was chosen."""
        return next((x for x in course.lessons if x.id == self.lesson_id.data), None)

    def facts(self, kind: QuestionKind) -> QuestionFacts:
        """What was filled in."""
        options, answer = self.written()
        return QuestionFacts(
            kind=kind,
            text=self.text.data,
            options=options,
            answer=answer,
            use=QuestionUse(self.use.data),
            explanation=self.explanation.data,
            difficulty=self.difficulty.data,
            topic=self.topic.data,
        )


def _options_as_written(question: Question) -> tuple[Any, ...]:
    return behaviour_of(question.kind).as_written(question.options, question.answer)[0]


def _answer_field(count: int) -> SelectMultipleField:
    return SelectMultipleField(
        _l("正确答案"),
        choices=[SelectChoice(i, LETTERS[i]) for i in range(count)],
        coerce=int,
    )


class ChoiceForm(QuestionForm):
    """Options are rows, the answer ticks them."""

    rows = "questions/manage/_choice.html"
    options = FieldList(StringField(filters=[stripped]), _l("选项"), min_entries=MOST_OPTIONS)
    answer = _answer_field(MOST_OPTIONS)

    def fill_rows(self, question: Question) -> None:
        fill_texts(self.options, question.options)
        self.answer.data = question.answer

    def written(self) -> Written:
        return filled_texts(self.options), tuple(self.answer.data or ())


class TrueFalseForm(QuestionForm):
    """The options stand; the answer is one of them."""

    rows = "questions/manage/_true_false.html"
    words = TRUE_FALSE_OPTIONS
    answer = _answer_field(len(TRUE_FALSE_OPTIONS))

    def fill_rows(self, question: Question) -> None:
        self.answer.data = question.answer

    def written(self) -> Written:
        return TRUE_FALSE_OPTIONS, tuple(self.answer.data or ())


class FillInForm(QuestionForm):
    """The answer has a row for each blank, in it a line for each accepted form."""

    rows = "questions/manage/_fill_in.html"
    answer = FieldList(
        TextAreaField(filters=[stripped]), _l("每个空可接受的答案"), min_entries=MOST_BLANKS
    )

    def fill_rows(self, question: Question) -> None:
        fill_texts(self.answer, ["\n".join(forms) for forms in question.answer])

    def written(self) -> Written:
        return (), tuple(_lines(text) for text in filled_texts(self.answer))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


class OrderingForm(QuestionForm):
    """Options are rows in the right order."""

    rows = "questions/manage/_ordering.html"
    options = FieldList(StringField(filters=[stripped]), _l("选项"), min_entries=MOST_OPTIONS)

    def fill_rows(self, question: Question) -> None:
        fill_texts(self.options, list(_options_as_written(question)))

    def written(self) -> Written:
        options = filled_texts(self.options)
        return options, tuple(range(len(options)))


class PairForm(Form):
    left = StringField(_l("左项"), filters=[stripped])
    right = StringField(_l("右项"), filters=[stripped])


class MatchingForm(QuestionForm):
    """A pair is a row; what fits nothing stands apart."""

    rows = "questions/manage/_matching.html"
    options = FieldList(FormField(PairForm), _l("对应的两项"), min_entries=MOST_OPTIONS)
    distractors = FieldList(
        StringField(filters=[stripped]), _l("干扰项"), min_entries=MOST_DISTRACTORS
    )

    def validate_options(self, field: FieldList) -> None:
        # Without its left a pair would count as a distractor, and nobody would notice.
        if any(not row.form.left.data and row.form.right.data for row in field):
            raise ValidationError(_l("左项不能留空，请按顺序填写。"))

    def fill_rows(self, question: Question) -> None:
        written = _options_as_written(question)
        pairs = [pair for pair in written if pair[0]]
        for row, (left, right) in zip(self.options, pairs, strict=False):
            row.form.left.data, row.form.right.data = left, right
        fill_texts(self.distractors, [right for left, right in written if not left])

    def written(self) -> Written:
        rows = [(row.form.left.data or "", row.form.right.data or "") for row in self.options]
        pairs = [pair for pair in rows if any(pair)]
        extra = [("", text) for text in filled_texts(self.distractors) if text]
        return (*pairs, *extra), tuple(range(len(pairs)))


def fill_texts(rows: FieldList, texts: list[str]) -> None:
    """Show texts in rows; rows left over stay empty."""
    for field, text in zip(rows, texts, strict=False):
        field.data = text


def filled_texts(rows: FieldList) -> tuple[str, ...]:
    """The texts in rows; rows left empty at the end are none, those in between are."""
    texts = [field.data or "" for field in rows]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


_FORMS: dict[QuestionKind, type[QuestionForm]] = {
    QuestionKind.SINGLE: ChoiceForm,
    QuestionKind.MULTIPLE: ChoiceForm,
    QuestionKind.TRUE_FALSE: TrueFalseForm,
    QuestionKind.FILL_IN: FillInForm,
    QuestionKind.ORDERING: OrderingForm,
    QuestionKind.MATCHING: MatchingForm,
}


def form_for(kind: QuestionKind) -> QuestionForm:
    """The form for questions of this kind, with what the request sent."""
    return _FORMS[kind]()
