"""Forms of claims: the beginning, the form of each kind made from its rule, and decisions."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length
from wtforms.validators import Optional as NotRequired
from wtforms.widgets import TextInput

from lms.claims.answers import CATEGORY, YES, Answers
from lms.claims.models import ClaimState
from lms.claims.rules import LONGEST_NUMBER, LONGEST_REMARK, LONGEST_TITLE, one_line
from lms.hourbank.conversion.types import CategoryRule, FieldType, KindRule
from lms.hourbank.conversion.types import Field as KindField
from lms.web.choices import choices_of

# Fields of the claim itself have these names; those of a kind are told apart by their prefix.
PREFIX = "fact-"
_COUNTS = (FieldType.DAYS, FieldType.MONTHS, FieldType.ITEMS)


def _stripped(text: str | None) -> str:
    return one_line(text or "")


class _Required:
    """Marks a field that a submission needs; a draft may lack it, so nothing is checked here."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: Form, field: Field) -> None:
        """Let anything pass."""


class ClaimForm(FlaskForm):
    """What every claim states; `claim_form` adds the fields of a kind."""

    title = StringField(
        _l("学习内容"),
        [_Required(), Length(max=LONGEST_TITLE, message=_l("不能超过 200 个字。"))],
        filters=[_stripped],
        description=_l("培训、考试、论文或成果等的名称，将写入学时台账。"),
        render_kw={"maxlength": LONGEST_TITLE},
    )
    certificate_number = StringField(
        _l("证书或文号"),
        [Length(max=LONGEST_NUMBER, message=_l("不能超过 64 个字符。"))],
        filters=[_stripped],
        description=_l("证书、奖状、专利或文件的编号；没有编号的不填。"),
        render_kw={"maxlength": LONGEST_NUMBER, "autocomplete": "off"},
    )

    # What the kind's fields are counted in, by their names.
    units: ClassVar[dict[str, Any]] = {}

    @property
    def answers(self) -> dict[str, str]:
        """What was filled in of the kind's own fields, as texts."""
        return {
            field.short_name.removeprefix(PREFIX): _text_of(field)
            for field in self
            if field.short_name.startswith(PREFIX)
        }

    def tell(self, name: str, message: Any) -> None:
        """Say what is wrong with a field of the claim or of its kind, else above the form."""
        field = self._fields.get(name) or self._fields.get(f"{PREFIX}{name}")
        if field is None:
            self.form_errors.append(str(message))
        else:
            field.errors = [*field.errors, str(message)]

    @property
    def own_fields(self) -> list[Field]:
        """The kind's own fields, in its order."""
        return [field for field in self if field.short_name.startswith(PREFIX)]


def _text_of(field: Field) -> str:
    if isinstance(field, BooleanField):
        return YES if field.data else ""
    return one_line(field.data or "")


def claim_form(rule: KindRule, title: str, number: str, answers: Answers) -> ClaimForm:
    """The form of a kind, filled with what is known, or with what was sent."""
    # Fields stand in the order in which they are made.
    fields: dict[str, Any] = {}
    if rule.category_rule is CategoryRule.CHOICE:
        fields[f"{PREFIX}{CATEGORY}"] = _category_field(rule)
    for field in rule.fields:
        fields[f"{PREFIX}{field.name}"] = _form_field(field)
    units = {f"{PREFIX}{field.name}": field.unit for field in rule.fields}
    made = type("KindForm", (ClaimForm,), {**fields, "units": units})
    known: dict[str, Any] = {f"{PREFIX}{name}": text for name, text in answers.items()}
    for field in rule.fields:
        if field.type is FieldType.YES_NO:
            known[f"{PREFIX}{field.name}"] = answers.get(field.name) == YES
    form: ClaimForm = made(data={**known, "title": title, "certificate_number": number})
    return form


def _category_field(rule: KindRule) -> Field:
    return RadioField(
        _l("计入科目"),
        [_Required()],
        choices=choices_of(rule.categories),
        validate_choice=False,
    )


def _form_field(field: KindField) -> Field:
    marks = [_Required()] if field.required else []
    common = {"label": field.label, "description": field.help, "validators": marks}
    if field.type is FieldType.YES_NO:
        return BooleanField(**common)
    if field.choices:
        choices = [SelectChoice(choice.code, choice.label) for choice in field.choices]
        empty = SelectChoice("", _l("请选择"))
        return SelectField(choices=[empty, *choices], validate_choice=False, **common)
    if field.type is FieldType.DATE:
        return StringField(widget=_DateInput(), filters=[_stripped], **common)
    shape: dict[str, Any] = {"autocomplete": "off"}
    if field.type in _COUNTS:
        shape["inputmode"] = "numeric"
    elif field.type is FieldType.HOURS:
        shape["inputmode"] = "decimal"
    return StringField(filters=[_stripped], render_kw=shape, **common)


class _DateInput(TextInput):
    """A day, typed or picked; kept as the text it is sent as."""

    input_type = "date"


class NewClaimForm(FlaskForm):
    """Year and kind; the form of the kind is the next page."""

    year = SelectField(_l("申报年度"), coerce=int)
    kind = RadioField(_l("申报类别"), [NotRequired()], validate_choice=False)


class RemarkForm(FlaskForm):
    """What is said with a deed."""

    remark = TextAreaField(
        _l("意见"),
        [Length(max=LONGEST_REMARK, message=_l("不能超过 500 个字。"))],
        render_kw={"rows": 3, "maxlength": LONGEST_REMARK},
    )


class DecisionForm(RemarkForm):
    """A decision on one claim or on many; `turn` tells what was seen of the one."""

    deed = HiddenField()
    turn = HiddenField()


class ClaimFilterForm(Form):
    """The filter of the reviewers' list; what it does not offer narrows nothing."""

    state = SelectField(
        _l("状态"),
        choices=choices_of(
            [state for state in ClaimState if state is not ClaimState.DRAFT], _l("全部状态")
        ),
        validate_choice=False,
    )
    year = SelectField(_l("年度"), validate_choice=False)
    kind = SelectField(_l("类别"), validate_choice=False)
    unit = StringField(_l("单位"), filters=[_stripped])
    overdue = BooleanField(_l("只看超期"))
    flagged = BooleanField(_l("只看疑似重复"))
