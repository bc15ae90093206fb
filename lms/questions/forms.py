"""Forms of the trainer's question pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    FieldList,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from lms.catalog.forms import stripped
from lms.catalog.models import Course, Lesson
from lms.questions.models import Question, QuestionKind, QuestionUse
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

KINDS = (QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE)
DIFFICULTIES = {1: _l("易"), 2: _l("中"), 3: _l("难")}


class FilterForm(FlaskForm):
    class Meta:
        csrf = False

    q = StringField(_l("关键词"), render_kw={"type": "search"})
    kind = SelectField(_l("题型"), choices=choices_of(KINDS, _l("全部题型")), default="")
    use = SelectField(_l("用途"), choices=choices_of(QuestionUse, _l("全部用途")), default="")
    state = SelectField(
        _l("状态"),
        choices=[SelectChoice("", _l("使用中")), SelectChoice("retired", _l("已停用"))],
        default="",
    )


class QuestionForm(FlaskForm):
    """A question of a kind that is known before: its options are rows, its answer ticks them."""

    text = TextAreaField(
        _l("题干"),
        [DataRequired(_l("请填写题干。")), Length(max=LONGEST_TEXT)],
        filters=[stripped],
        render_kw={"rows": 3},
    )
    options = FieldList(StringField(filters=[stripped]), _l("选项"), min_entries=MOST_OPTIONS)
    answer = SelectMultipleField(
        _l("正确答案"),
        choices=[SelectChoice(i, LETTERS[i]) for i in range(MOST_OPTIONS)],
        coerce=int,
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
        for field, option in zip(self.options, question.options, strict=False):
            field.data = option
        self.answer.data = question.answer
        self.use.data = question.use.value
        self.lesson_id.data = question.lesson_id or 0
        self.difficulty.data = question.difficulty
        self.topic.data = question.topic
        self.explanation.data = question.explanation

    def chosen_lesson(self, course: Course) -> Lesson | None:
        """The lesson that was chosen."""
        return next((x for x in course.lessons if x.id == self.lesson_id.data), None)

    def facts(self, kind: QuestionKind) -> QuestionFacts:
        """What was filled in; rows left empty at the end are no options."""
        options = [field.data for field in self.options]
        while options and not options[-1]:
            options.pop()
        if kind is QuestionKind.TRUE_FALSE:
            options = list(TRUE_FALSE_OPTIONS)
        return QuestionFacts(
            kind=kind,
            text=self.text.data,
            options=tuple(options),
            answer=tuple(self.answer.data or ()),
            use=QuestionUse(self.use.data),
            explanation=self.explanation.data,
            difficulty=self.difficulty.data,
            topic=self.topic.data,
        )


class ImportForm(FlaskForm):
    file = FileField(_l("题目文件"), [FileRequired(_l("请选择 xlsx 或 csv 文件。"))])


class ApplyForm(FlaskForm):
    """Rows that were checked and are now to be written; they are checked once more."""

    rows = HiddenField(validators=[InputRequired()])
