"""Forms of the exam pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, FormField, HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from lms.exams.models import ExamSettings
from lms.exams.restudy_operations import LONGEST_REASON, SHORTEST_REASON
from lms.exams.rules import Part
from lms.questions.kinds import KINDS, QuestionKind


class PartForm(Form):
    """One kind of question in a blueprint."""

    count = IntegerField(_l("题数"), [InputRequired(), NumberRange(0, 200)], default=0)
    points = IntegerField(_l("每题分值"), [InputRequired(), NumberRange(1, 100)], default=5)
    difficulty = SelectField(
        _l("难度"),
        choices=[
            SelectChoice("", _l("不限")),
            SelectChoice("1", _l("易")),
            SelectChoice("2", _l("中")),
            SelectChoice("3", _l("难")),
        ],
        default="",
    )


class ExamForm(FlaskForm):
    """Blueprint, pass mark and time."""

    single = FormField(PartForm, label=QuestionKind.SINGLE.label)
    multiple = FormField(PartForm, label=QuestionKind.MULTIPLE.label)
    true_false = FormField(PartForm, label=QuestionKind.TRUE_FALSE.label)
    fill_in = FormField(PartForm, label=QuestionKind.FILL_IN.label)
    ordering = FormField(PartForm, label=QuestionKind.ORDERING.label)
    matching = FormField(PartForm, label=QuestionKind.MATCHING.label)
    pass_percent = IntegerField(
        _l("及格线（占总分的百分比）"), [InputRequired(), NumberRange(1, 100)], default=60
    )
    minutes = IntegerField(
        _l("考试时间（分钟）"), [InputRequired(), NumberRange(1, 600)], default=60
    )

    @property
    def part_fields(self) -> list[FormField]:
        """The parts of the blueprint, a kind each."""
        return [self[kind.value] for kind in KINDS]

    def fill(self, settings: ExamSettings) -> None:
        """Show what is in force."""
        self.pass_percent.data = settings.pass_percent
        self.minutes.data = settings.minutes
        for part in settings.parts:
            entry = self[part["kind"]].form
            entry.count.data = part["count"]
            entry.points.data = part["points"]
            entry.difficulty.data = str(part["difficulty"] or "")

    def parts(self) -> list[Part]:
        """The blueprint as filled in."""
        entries = ((kind.value, self[kind.value].form) for kind in KINDS)
        return [
            Part(kind, e.count.data, e.points.data, int(e.difficulty.data or 0) or None)
            for kind, e in entries
        ]


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
