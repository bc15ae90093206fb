"""A form for any kind of any policy: the calculator's, and the upload of a changed policy."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Form, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField

from lms.core.types import Hours
from lms.hourbank.conversion.facts import LONGEST_TEXT, read_fact, read_facts
from lms.hourbank.conversion.types import (
    Cap,
    CategoryRule,
    FactsError,
    Field,
    FieldType,
    KindRule,
)
from lms.web.choices import choices_of

_PLEASE = _l("请选择")
_CHOSEN = (FieldType.CHOICE, FieldType.LEVEL)
_CONTROLS: Mapping[FieldType, Mapping[str, Any]] = {
    FieldType.TEXT: {"maxlength": LONGEST_TEXT},
    FieldType.DATE: {"type": "date"},
    FieldType.HOURS: {"inputmode": "decimal"},
    FieldType.DAYS: {"inputmode": "numeric"},
    FieldType.MONTHS: {"inputmode": "numeric"},
    FieldType.ITEMS: {"inputmode": "numeric"},
}


class CalculatorForm(Form):
    """The facts of a claim of one kind, and what was recognised before under each of its caps."""

    kind: KindRule

    @classmethod
    def of(cls, kind: KindRule, texts: Any = None) -> "CalculatorForm":
        """The form of a kind, filled with `texts` (a MultiDict) if it was sent."""
        fields: dict[str, Any] = {"kind": kind}
        if kind.category_rule is CategoryRule.CHOICE:
            fields["category"] = SelectField(
                _l("计入"), choices=choices_of(kind.categories, _PLEASE), validate_choice=False
            )
        fields |= {each.name: control_of(each) for each in kind.fields}
        fields |= {_before(cap).name: control_of(_before(cap)) for cap in _caps(kind)}
        form: CalculatorForm = type("KindForm", (cls,), fields)(texts)
        for each in kind.fields:
            form[each.name].flags.required = each.required and each.type is not FieldType.YES_NO
        return form

    def read(self) -> tuple[dict[str, Any], dict[str, Hours]] | None:
        """The facts and what was recognised before; None if the form tells what is wrong."""
        texts = {name: "yes" if data is True else data or "" for name, data in self.data.items()}
        facts, wrong = read_facts(self.kind, texts)
        already: dict[str, Hours] = {}
        for cap in _caps(self.kind):
            try:
                hours = read_fact(_before(cap), texts[_before(cap).name].strip())
            except FactsError as error:
                wrong.append(error)
            else:
                if hours is not None:
                    already[cap.code] = hours
        self.tell(wrong)
        return None if wrong else (facts, already)

    @property
    def units(self) -> dict[str, Any]:
        """What the numbers of each field are, by its name."""
        fields = (*self.kind.fields, *map(_before, _caps(self.kind)))
        return {each.name: each.unit for each in fields if each.unit}

    def tell(self, wrong: list[FactsError]) -> None:
        """Put what is wrong beside its field."""
        for error in wrong:
            self[error.field].errors = [*self[error.field].errors, error.message]


def control_of(field: Field) -> UnboundField:
    """The control of a field."""
    if field.type is FieldType.YES_NO:
        return BooleanField(field.label, description=field.help)
    if field.type in _CHOSEN:
        offered = (SelectChoice(each.code, each.label) for each in field.choices)
        choices = [SelectChoice("", _PLEASE), *offered]
        return SelectField(
            field.label, choices=choices, description=field.help, validate_choice=False
        )
    controls = {"autocomplete": "off", **_CONTROLS[field.type]}
    return StringField(field.label, description=field.help, render_kw=controls)


def _caps(kind: KindRule) -> list[Cap]:
    return list(dict.fromkeys(kind.caps.values()))


def _before(cap: Cap) -> Field:
    label = _l("本年此前已认定：%(label)s", label=cap.label)
    return Field(f"before_{cap.code}", FieldType.HOURS, label, required=False, unit=_l("学时"))


class DryRunForm(FlaskForm):
    file = FileField(_l("政策文件"), [FileRequired(_l("请选择政策文件。"))])


class WorkbookForm(FlaskForm):
    """The file that a dry run was shown for, to be run again into a workbook."""

    name = HiddenField()
    text = HiddenField()
