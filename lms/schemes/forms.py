"""Forms of schemes: beginning one, writing it, publishing it, and the public list's filter."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lms.accounts.enums import ProfessionSeries, TitleLevel
from lms.administration.forms import DivisionField
from lms.catalog.forms import stripped
from lms.core.enums import HourCategory
from lms.core.types import ZERO_HOURS, Hours
from lms.memberships.professions import ProfessionField
from lms.organizations.models import Organization
from lms.organizations.rules import DivisionLevel
from lms.schemes.models import SchemeRevision
from lms.schemes.rules import LONGEST_TEXT, MOST_TOPICS, SchemeFacts, Topic
from lms.web.choices import choices_of

# How many empty rows stand below the contents that are there.
SPARE_ROWS = 3


def _text(label: Any, description: Any = None, rows: int = 4) -> TextAreaField:
    length = Length(max=LONGEST_TEXT, message=_l("不能超过 4000 个字。"))
    return TextAreaField(
        label, [length], filters=[stripped], description=description or "", render_kw={"rows": rows}
    )


class SchemeFilterForm(Form):
    """The filter of the public list; what it does not offer narrows nothing."""

    year = SelectField(_l("年度"), validate_choice=False)
    profession = ProfessionField(_l("职称系列"), _l("全部系列"))


class NewSchemeForm(FlaskForm):
    """What a scheme is of; its contents are written on the next page."""

    organization_id = SelectField(_l("制定部门"), coerce=int)
    year = IntegerField(_l("年度"), [InputRequired(_l("请填写年度。"))])
    profession = ProfessionField(_l("职称系列"), _l("请选择职称系列"))
    title = StringField(
        _l("方案名称"),
        [Length(max=120, message=_l("不能超过 120 个字。"))],
        filters=[stripped],
        description=_l("不填则按“部门、年度、系列”自动命名。"),
    )

    def validate_profession(self, field: ProfessionField) -> None:
        if field.series is None:
            raise ValidationError(_l("请选择职称系列。"))

    @property
    def series(self) -> ProfessionSeries:
        """The series of a form that is right."""
        chosen = self.profession.series
        assert chosen is not None
        return chosen

    def facts(self, organization: Organization) -> SchemeFacts:
        """The first facts: title and division; all else is written later."""
        default = _l(
            "%(name)s%(year)d年度继续教育学习方案（%(series)s）",
            name=organization.name[:60],
            year=self.year.data,
            series=self.series.label,
        )
        title = self.title.data or str(default)
        return SchemeFacts(title=title, division_code=organization.division_code)


class TopicForm(Form):
    """One row of the contents; an empty one counts for nothing."""

    title = StringField(
        _l("学习内容"), [Length(max=200, message=_l("不能超过 200 个字。"))], filters=[stripped]
    )
    category = SelectField(
        _l("类别"), choices=choices_of(HourCategory), default=HourCategory.PROFESSIONAL.value
    )
    hours = StringField(_l("学时"), filters=[stripped], render_kw={"inputmode": "decimal"})

    def read_hours(self) -> Hours | None:
        """The hours as filled in; None for what is none."""
        try:
            return Hours.parse(self.hours.data or "")
        except ValueError:
            return None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return not self.title.data and not self.hours.data

    def validate(self, extra_validators: Any = None) -> bool:
        """An empty row is right; any other needs both its title and its hours."""
        if self.is_empty:
            return True
        is_right = super().validate(extra_validators)
        if not self.title.data:
            self.title.errors = [_l("请填写学习内容。")]
        elif self.read_hours() in (None, ZERO_HOURS):
            self.hours.errors = [_l("请填写学时数，最多一位小数，如 7.5。")]
        return is_right and not self.errors


class SchemeForm(FlaskForm):
    """What a scheme says."""

    title = StringField(
        _l("方案名称"),
        [DataRequired(_l("请填写方案名称。")), Length(max=120, message=_l("不能超过 120 个字。"))],
        filters=[stripped],
    )
    division_code = DivisionField(_l("适用地区"), least=DivisionLevel.PROVINCE)
    title_levels = SelectMultipleField(
        _l("职称级别"),
        choices=choices_of(TitleLevel),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("都不勾选表示适用于全部级别。"),
    )
    audience = _text(_l("学习对象"), _l("对象的补充说明，如行业、岗位。"), rows=2)
    goals = _text(_l("学习目标"))
    topics = FieldList(FormField(TopicForm), max_entries=MOST_TOPICS + SPARE_ROWS)
    ways = _text(_l("学习形式"), _l("如网络学习、集中培训、自学。"), rows=3)
    channels = _text(_l("学习渠道"), _l("平台、网址和培训机构。"), rows=3)
    textbooks = _text(_l("教材"), rows=2)
    examination = _text(_l("考核方式"), rows=3)
    supervision = _text(_l("监督措施"), rows=2)
    contact_name = StringField(_l("联系人"), [Length(max=64)], filters=[stripped])
    contact_phone = StringField(
        _l("联系电话"), [Length(max=64)], filters=[stripped], render_kw={"inputmode": "tel"}
    )
    contact_email = StringField(
        _l("电子邮箱"),
        [Length(max=128)],
        filters=[stripped],
    )

    def fill(self, revision: SchemeRevision) -> None:
        """Show what is written."""
        rows = [
            {"title": each.title, "category": each.category.value, "hours": str(each.hours)}
            for each in revision.topic_list
        ]
        texts = {name: getattr(revision, name) for name in SchemeFacts.__dataclass_fields__}
        self.process(data={**texts, "topics": rows})
        self.add_rows()

    def add_rows(self) -> None:
        """Let some empty rows stand below the contents."""
        empty = sum(row.form.is_empty for row in self.topics)
        for _number in range(min(SPARE_ROWS - empty, MOST_TOPICS - len(self.topics.entries))):
            self.topics.append_entry()

    def facts(self) -> SchemeFacts:
        """What was filled in, once it is right."""
        texts = {
            name: self[name].data or ""
            for name, field in SchemeFacts.__dataclass_fields__.items()
            if field.type is str or field.type == "str"
        }
        topics = [row.form for row in self.topics if not row.form.is_empty]
        return SchemeFacts(
            **texts,
            title_levels=tuple(TitleLevel(value) for value in self.title_levels.data or ()),
            topics=tuple(
                Topic(row.title.data, HourCategory(row.category.data), row.read_hours())
                for row in topics
            ),
        )


class PublishForm(FlaskForm):
    """What has changed since the revision before."""

    note = StringField(
        _l("修订说明"),
        [Length(max=500, message=_l("不能超过 500 个字。"))],
        filters=[stripped],
        description=_l("告诉学员改了什么；与日期一起显示在修订记录里。"),
    )


class AddCourseForm(FlaskForm):
    """A course picked from the list, or words to look for it."""

    q = StringField(_l("课程名称"), [Length(max=128)], filters=[stripped])
    course = IntegerField(_l("课程"), [Optional()])


class MoveForm(FlaskForm):
    """The place a course is moved to, counted from 1."""

    place = IntegerField(_l("位置"), [InputRequired()])
