"""Forms above the list of people: what it is narrowed to, and what is searched for."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from lms.accounts.enums import PersonState, TitleLevel
from lms.accounts.rules import normalize_name
from lms.administration.forms import OrganizationField
from lms.memberships.professions import ProfessionField
from lms.memberships.queries import PeopleFilter
from lms.web.choices import choices_of

_ACTIVATED = {"yes": True, "no": False}


class PeopleFilterForm(Form):
    """Part of the address, without a token; what cannot be understood narrows nothing."""

    name = StringField(_l("姓名开头"), [Length(max=50)])
    unit = OrganizationField(_l("单位"), required=False)
    state = SelectField(
        _l("状态"),
        choices=choices_of((PersonState.ACTIVE, PersonState.SUSPENDED), _l("全部状态")),
        validate_choice=False,
    )
    activated = SelectField(
        _l("账号"),
        choices=[
            SelectChoice("", _l("全部账号")),
            SelectChoice("yes", _l("已激活")),
            SelectChoice("no", _l("未激活")),
        ],
        validate_choice=False,
    )
    profession = ProfessionField(_l("职称系列"), _l("全部系列"))
    level = SelectField(
        _l("职称级别"),
        choices=choices_of(TitleLevel, _l("全部级别")),
        validate_choice=False,
    )

    def wanted(self, is_former: bool) -> PeopleFilter:
        """The filter as filled in; `is_former` is the tab of those who left."""
        return PeopleFilter(
            unit_id=None if is_former else self.unit.data,
            name=normalize_name(self.name.data or "")[:50],
            state=None if is_former else PersonState.find(self.state.data),
            is_activated=_ACTIVATED.get(self.activated.data or ""),
            profession=self.profession.series,
            title_level=TitleLevel.find(self.level.data),
            is_former=is_former,
        )


def kept_arguments(arguments: Any) -> dict[str, str]:
    """What of an address stays when one turns the page."""
    names = {*PeopleFilterForm()._fields, "unit-text", "tab"}
    return {name: value for name, value in arguments.items() if name in names and value}
