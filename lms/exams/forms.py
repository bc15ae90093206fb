"""Forms of the exam pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from lms.catalog.forms import stripped
from lms.exams.restudy_operations import LONGEST_REASON, SHORTEST_REASON
from lms.exams.rules import (
    LONGEST_SECTION,
    MOST_LINES,
    MOST_POINTS,
    MOST_QUESTIONS,
    ExamFacts,
    Part,
    PartialCredit,
)
from lms.questions.forms import DIFFICULTIES
from lms.questions.kinds import KINDS
from lms.questions.rules import LONGEST_TOPIC
from lms.web.choices import choices_of

SPARE_LINES = 3


class _OptionalInteger(IntegerField):
    """A whole number, or nothing at all: an empty line is none."""

    data: int | None

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and valuelist[0].strip():
            super().process_formdata(valuelist)
        else:
            self.data = None


class LineForm(Form):
    """One line of a blueprint."""

    section = StringField(
        _l("大题标题"),
        [Length(max=LONGEST_SECTION, message=_l("大题标题不能超过 60 个字。"))],
        filters=[stripped],
    )
    kind = SelectField(_l("题型"), choices=[SelectChoice(kind.value, kind.label) for kind in KINDS])
    difficulty = SelectField(
        _l("难度"),
        choices=[
            SelectChoice("", _l("不限")),
            *(SelectChoice(str(level), label) for level, label in DIFFICULTIES.items()),
        ],
        default="",
    )
    topic = StringField(
        _l("知识点"),
        [Length(max=LONGEST_TOPIC, message=_l("知识点不能超过 64 个字。"))],
        filters=[stripped],
    )
    count = _OptionalInteger(_l("题数"))
    points = _OptionalInteger(_l("每题分值"))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written into the line."""
        written = (self.section, self.topic, self.count, self.points)
        return all(field.data in (None, "") and not field.process_errors for field in written)

    def validate(self, extra_validators: object = None) -> bool:
        """Both numbers are asked for as soon as anything else stands in the line."""
        if self.is_empty:
            return True
        is_sound: bool = super().validate(extra_validators)
        numbers = (
            (self.count, MOST_QUESTIONS, _l("请填写 1 到 200 的题数。")),
            (self.points, MOST_POINTS, _l("请填写 1 到 100 的分值。")),
        )
        for field, most, message in numbers:
            if not _is_within(field.data, most):
                field.errors = [str(message)]
                is_sound = False
        return is_sound

    def part(self) -> Part:
        """The line as filled in, once it is right."""
        return Part(
            self.kind.data,
            self.count.data or 0,
            self.points.data or 0,
            int(self.difficulty.data or 0) or None,
            self.topic.data or "",
            self.section.data or "",
        )


def _is_within(given: int | None, most: int) -> bool:
    return given is not None and 1 <= given <= most


class ExamForm(FlaskForm):
    """Blueprint, pass mark, time, and what else is set of an exam."""

    lines = FieldList(FormField(LineForm), _l("试卷结构"), max_entries=MOST_LINES + SPARE_LINES)
    pass_percent = IntegerField(
        _l("及格线（占总分的百分比）"), [InputRequired(), NumberRange(1, 100)], default=60
    )
    minutes = IntegerField(
        _l("考试时间（分钟）"), [InputRequired(), NumberRange(1, 600)], default=60
    )
    partial_credit = SelectField(
        _l("答对一部分的题"), choices=choices_of(PartialCredit), default="none"
    )
    shuffles_questions = BooleanField(_l("打乱大题内的题目顺序"), default=True)
    shuffles_options = BooleanField(
        _l("打乱选项顺序"),
        default=True,
        description=_l("判断题不打乱；排序题和匹配题总是打乱，否则顺序就是答案。"),
    )
    shows_answers = BooleanField(_l("合格或机会用完后，向学员显示各题答案和解析"), default=True)

    def fill(self, facts: ExamFacts) -> None:
        """Show what is in force."""
        lines = [{**part.kept(), "difficulty": part.difficulty or ""} for part in facts.parts]
        names = ("pass_percent", "minutes", *_SWITCHES)
        data = {name: getattr(facts, name) for name in names}
        self.process(data={**data, "partial_credit": facts.partial_credit.value, "lines": lines})

    def add_lines(self) -> None:
        """Let some empty lines stand below the others."""
        empty = sum(row.form.is_empty for row in self.lines)
        for _number in range(min(SPARE_LINES - empty, MOST_LINES - len(self.lines.entries))):
            self.lines.append_entry()

    def move_line(self, order: str) -> None:
        """Carry out "2-up", "2-down" or "2-remove" (lines count from 0); nothing else does."""
        place, _dash, way = order.partition("-")
        lines = [row.data for row in self.lines]
        if not place.isdecimal() or int(place) >= len(lines):
            return
        line = lines.pop(int(place))
        if way != "remove":
            lines.insert(max(0, int(place) + (1 if way == "down" else -1)), line)
        self.process(data={**self.data, "lines": lines})

    def facts(self) -> ExamFacts:
        """What was filled in, once it is right."""
        return ExamFacts(
            tuple(row.form.part() for row in self.lines if not row.form.is_empty),
            self.pass_percent.data,
            self.minutes.data,
            PartialCredit(self.partial_credit.data),
            **{name: self[name].data for name in _SWITCHES},
        )


_SWITCHES = ("shuffles_questions", "shuffles_options", "shows_answers")


class RestudyForm(FlaskForm):
    reason = TextAreaField(
        _l("申请理由"),
        [
            InputRequired(_l("请填写申请理由。")),
            Length(SHORTEST_REASON, LONGEST_REASON, message=_l("请用 5 到 500 个字说明申请理由。")),
        ],
        render_kw={"rows": 4},
    )


class DecisionForm(FlaskForm):
    decision = HiddenField(validators=[InputRequired()])
    remark = TextAreaField(_l("审批意见"), [Length(max=LONGEST_REASON)], render_kw={"rows": 2})
