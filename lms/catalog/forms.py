"""Forms of the catalogue and of the trainer's course pages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from lms.catalog.models import Course, LessonKind
from lms.catalog.rules import LONGEST_REMARK, CourseFacts, is_slug
from lms.catalog.subject_tree import SUBJECT_GROUPS
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.web.choices import choices_of

_PACES = [
    SelectChoice(10, _l("原速")),
    SelectChoice(12, _l("1.2 倍")),
    SelectChoice(15, _l("1.5 倍")),
    SelectChoice(20, _l("2 倍")),
]


def _subject_choices() -> list[SelectChoice]:
    groups = [
        SelectChoice(each.code, each.label, optgroup=name)
        for name, group in SUBJECT_GROUPS
        for each in group
    ]
    return [SelectChoice("", _l("全部学科")), *groups]


def stripped(text: str | None) -> str:
    """A text without the blanks around it; None, which an absent field gives, as ""."""
    return (text or "").strip()


class HoursField(StringField):
    """Credit hours such as 7.5; `hours` holds them once the field is valid."""

    hours: Hours | None = None

    def pre_validate(self, form: Any) -> None:
        try:
            self.hours = Hours.parse(self.data or "")
        except ValueError:
            raise ValidationError(_l("请填写学时数，最多一位小数，如 7.5。")) from None


class CatalogueForm(FlaskForm):
    """The filters above the catalogue."""

    class Meta:
        csrf = False

    q = StringField(_l("关键词"), render_kw={"type": "search"})
    category = SelectField(
        _l("类别"),
        choices=choices_of(HourCategory, _l("全部类别")),
        default="",
    )
    year = SelectField(_l("年度"), default="")
    subject = SelectField(_l("学科"), choices=_subject_choices(), default="")
    base = SelectField(_l("基地"), default="")


class CourseForm(FlaskForm):
    """What a trainer writes about a course."""

    title = StringField(
        _l("课程名称"), [DataRequired(_l("请填写课程名称。")), Length(max=120)], filters=[stripped]
    )
    base_id = SelectField(_l("所属基地"), coerce=int)
    category = RadioField(
        _l("科目类别"),
        [InputRequired(_l("请选择类别。"))],
        choices=choices_of(HourCategory),
        default="public",
    )
    hours = HoursField(
        _l("学时"), [InputRequired(_l("请填写学时。"))], render_kw={"inputmode": "decimal"}
    )
    year = IntegerField(_l("年度"), [InputRequired(_l("请填写年度。"))])
    summary = TextAreaField(
        _l("课程简介"),
        [Length(max=2000, message=_l("简介不能超过 2000 个字。"))],
        filters=[stripped],
    )
    lecturer_name = StringField(
        _l("主讲教师"), [DataRequired(_l("请填写主讲教师。")), Length(max=64)], filters=[stripped]
    )
    lecturer_title = StringField(_l("职称或职务"), [Length(max=64)], filters=[stripped])
    lecturer_about = TextAreaField(
        _l("教师介绍"),
        [Length(max=2000, message=_l("介绍不能超过 2000 个字。"))],
        filters=[stripped],
    )
    closes_on = DateField(
        _l("学习截止日期"), [Optional()], description=_l("当天 24:00 截止；不填表示长期开放。")
    )
    requires_exam = BooleanField(
        _l("需要通过考试"),
        default=True,
        description=_l("不勾选时，看完全部视频并答对弹题即自动完成。"),
    )
    max_pace_tenths = SelectField(
        _l("最快播放速度"),
        choices=_PACES,
        coerce=int,
        default=10,
        description=_l("学员可以选择的最高倍速。"),
    )
    slug = StringField(
        _l("网址"),
        filters=[stripped],
        description=_l("小写字母、数字和连字符，如 data-safety；发布后不能再改。不填则自动生成。"),
    )

    def validate_slug(self, field: StringField) -> None:
        if field.data and not is_slug(field.data):
            raise ValidationError(_l("网址请用 2 到 60 个小写字母、数字，中间可用连字符。"))

    def fill(self, course: Course) -> None:
        """Show what is in force."""
        self.process(obj=course)
        for name, value in (
            ("category", course.category.value),
            ("hours", str(course.hours)),
        ):
            if name in self:
                self[name].data = value

    def facts(self, course: Course | None = None) -> CourseFacts:
        """What was filled in; what the form does not offer stays as in `course`."""
        values = {
            name: self[name].data if name in self else getattr(course, name)
            for name in CourseFacts.__dataclass_fields__
        }
        if "category" in self:
            values["category"] = HourCategory(self.category.data)
        if "hours" in self:
            values["hours"] = self.hours.hours
        return CourseFacts(**values)


class ReviewForm(FlaskForm):
    """What is said at a step of the review."""

    remark = TextAreaField(
        _l("意见"),
        [Length(max=LONGEST_REMARK, message=_l("意见不能超过 500 个字。"))],
        filters=[stripped],
        render_kw={"rows": 3},
    )


class LessonForm(FlaskForm):
    title = StringField(
        _l("课时名称"),
        [DataRequired(_l("请填写课时名称。")), Length(max=120, message=_l("不能超过 120 个字。"))],
        filters=[stripped],
    )
    summary = TextAreaField(
        _l("内容提要"),
        [Length(max=500, message=_l("不能超过 500 个字。"))],
        filters=[stripped],
        render_kw={"rows": 2},
    )


class NewLessonForm(LessonForm):
    kind = RadioField(
        _l("学习方式"),
        choices=choices_of(LessonKind),
        default=LessonKind.FILM.value,
        description=_l(
            "教材阅读：学员按页阅读课程的电子教材，逐页计时并回答弹题。添加后不能再改。"
        ),
    )


class EtextbookForm(FlaskForm):
    title = StringField(
        _l("教材名称"),
        [DataRequired(_l("请填写教材名称。")), Length(max=120, message=_l("不能超过 120 个字。"))],
        filters=[stripped],
    )
    file = FileField(_l("教材文件"), [FileRequired(_l("请选择教材文件。"))])
    may_download = BooleanField(
        _l("允许学员下载"), description=_l("只对 PDF 有效；不勾选时只能在网页里阅读。")
    )


class CoverForm(FlaskForm):
    file = FileField(_l("封面图片"), [FileRequired(_l("请选择图片。"))])
