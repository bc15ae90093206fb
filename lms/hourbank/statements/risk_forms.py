"""The form above the list of who is at risk."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from lms.accounts.rules import normalize_name
from lms.administration.forms import OrganizationField
from lms.core import clock
from lms.core.enums import HourCategory
from lms.hourbank.statements.risk import RiskFilter, Standing
from lms.hourbank.statements.years import readable_year
from lms.web.choices import choices_of
from lms.web.inputs import LARGEST_ID

# How many years back the select offers; an address may ask for any other.
_YEARS_BACK = 6


class RiskForm(Form):
    """Part of the address, without a token; what cannot be understood narrows nothing."""

    year = SelectField(_l("年度"), validate_choice=False)
    name = StringField(_l("姓名开头"), [Length(max=50)])
    unit = OrganizationField(_l("单位"), required=False)
    standing = SelectField(
        _l("结论"), choices=choices_of(Standing, _l("全部")), validate_choice=False
    )
    short_of = SelectField(
        _l("缺少的科目"), choices=choices_of(HourCategory, _l("不限")), validate_choice=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_year, chosen = clock.today().year, self.asked_year
        years = sorted({chosen, *range(this_year - _YEARS_BACK, this_year + 1)}, reverse=True)
        self.year.choices = [SelectChoice(str(each), str(each)) for each in years]
        self.year.data = str(chosen)

    @property
    def asked_year(self) -> int:
        """The year in the address, or this one."""
        text = self.year.data or ""
        is_number = text.isascii() and text.isdecimal() and int(text) <= LARGEST_ID
        return readable_year(int(text) if is_number else None)

    def wanted(self) -> RiskFilter:
        """The filter as filled in."""
        return RiskFilter(
            year=self.asked_year,
            unit_id=self.unit.data,
            standing=Standing.find(self.standing.data),
            short_of=HourCategory.find(self.short_of.data),
            name=normalize_name(self.name.data or "")[:50],
        )


def kept_arguments(arguments: Any) -> dict[str, str]:
    """What of an address stays when one turns the page."""
    names = {"year", "name", "unit", "unit-text", "standing", "short_of"}
    return {name: value for name, value in arguments.items() if name in names and value}
