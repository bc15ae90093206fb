"""What a list of events is narrowed to, read from the address."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Form, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from lms.auditing.labels import read_subject, tag_groups
from lms.auditing.queries import EventFilter, Scope, find_organization_ids
from lms.web.inputs import LARGEST_ID


def _tag_choices() -> dict[str, list[tuple[str, Any]]]:
    choices: dict[str, list[tuple[str, Any]]] = {"": [("", _("全部操作"))]}
    for group, label, tags in tag_groups():
        every = (f"{group}:", _("%(group)s：全部", group=label))
        choices[str(label)] = [every, *((tag.value, tag.label) for tag in tags)]
    return choices


class FilterForm(Form):
    """A GET form; nothing it holds is personal."""

    since = DateField(_l("起始日期"), [Optional()])
    until = DateField(_l("截止日期"), [Optional()])
    tag = SelectField(_l("操作"), [Optional()], choices=_tag_choices)
    subject = StringField(_l("对象"), [Optional(), Length(max=64)])
    organization = StringField(_l("机构"), [Optional(), Length(max=128)])
    address = StringField(_l("来源地址"), [Optional(), Length(max=45)])
    actor = IntegerField(
        _l("操作人"), [Optional(), NumberRange(1, LARGEST_ID)], widget=HiddenInput()
    )

    def validate_until(self, field: DateField) -> None:
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(_("截止日期不能早于起始日期。"))

    def validate_subject(self, field: StringField) -> None:
        if field.data and read_subject(field.data) is None:
            raise ValidationError(_("请填写对象的类型和编号，例如“人员 12”。"))

    def wanted(self, scope: Scope) -> EventFilter:
        """The filter; an organization that is not found in reach finds nothing."""
        named = (self.organization.data or "").strip()
        return EventFilter(
            since=self.since.data,
            until=self.until.data,
            actor_id=self.actor.data,
            tag=self.tag.data or "",
            subject=read_subject(self.subject.data or "") or "",
            organization_ids=find_organization_ids(scope, named) if named else None,
            address=(self.address.data or "").strip(),
        )

    def arguments(self) -> dict[str, Any]:
        """What is filled in, as arguments of an address."""
        given = {field.name: field.data for field in self}
        return {name: str(value) for name, value in given.items() if value not in (None, "")}


class WhoForm(FlaskForm):
    """Looks for a person; sent by POST, so that a number stands in no address."""

    who = StringField(
        _l("操作人的用户名或证件号码"),
        [InputRequired(_l("请填写用户名或证件号码。")), Length(max=64)],
        render_kw={"autocomplete": "off"},
    )
