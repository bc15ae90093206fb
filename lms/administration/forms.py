"""Fields with which any form asks for a division or an organization.

The macros `division_picker` and `organization_picker` of templates/administration/_pickers.html
show them; both work without JavaScript too.
"""

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from lms.core.db import db
from lms.organizations.models import Division, Organization, OrganizationKind
from lms.organizations.queries import (
    EMPLOYERS,
    child_divisions,
    division_path,
    find_organization,
)
from lms.organizations.rules import DivisionLevel, division_level
from lms.web.inputs import LARGEST_ID


class DivisionField(Field):
    """A division by its code; `data` is the code, or None if none was chosen.

    One select for each level, all of the field's name: of what they send, the deepest that lies
    below the ones before it counts. A form that comes back shows the next level, so that it also
    works without JavaScript. `least` is the level that must be reached at least.
    """

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] = (),
        least: DivisionLevel = DivisionLevel.COUNTY,
        required: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.least = least
        self.required = required
        if required:
            self.flags.required = True

    def process_formdata(self, valuelist: list[str]) -> None:
        chosen: Division | None = None
        for code in filter(None, valuelist):
            division = db.session.get(Division, code)
            if division is None:
                raise ValueError(_("没有这个地区，请重新选择。"))
            if chosen is not None and division.parent_code != chosen.code:
                break
            chosen = division
        self.data = chosen.code if chosen else None

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            if self.required and not self.errors:
                raise StopValidation(_("请选择所在地区。"))
        elif division_level(self.data) < self.least:
            raise StopValidation(_unfinished(self.least))

    def levels(self) -> list[tuple[list[Division], str | None]]:
        """Each select from the province down: its divisions, and the code chosen of them."""
        path = [division.code for division in division_path(self.data)] if self.data else []
        levels: list[tuple[list[Division], str | None]] = []
        for parent in [None, *path]:
            if divisions := child_divisions(parent):
                chosen = path[len(levels)] if len(levels) < len(path) else None
                levels.append((divisions, chosen))
        if not path and len(levels[0][0] if levels else []) == 1:
            # With one province there is nothing to choose; its cities show at once.
            only = levels[0][0][0].code
            levels = [(levels[0][0], only)]
            if cities := child_divisions(only):
                levels.append((cities, None))
        return levels

    def __call__(self, **attributes: Any) -> Markup:
        raise NotImplementedError("shown by the macro division_picker")


def _unfinished(least: DivisionLevel) -> Any:
    if least is DivisionLevel.STREET:
        return _("请选择到乡镇（街道）。")
    return _("请选择到县（市、区）。") if least is DivisionLevel.COUNTY else _("请选择到市。")


class OrganizationField(Field):
    """An approved organization; `data` is its id, or None if none was given.

    The hidden control of the field's name holds the id; the one beside it, `<name>-text`, what was
    typed: a name or a credit code in full is understood without JavaScript. `kinds` limits what
    may be picked. `division_field` names a DivisionField of the same form: then only organizations
    of that division and of those above it are offered.
    """

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] = (),
        kinds: Collection[OrganizationKind] = EMPLOYERS,
        required: bool = True,
        division_field: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.kinds = tuple(kinds)
        self.required = required
        self.division_field = division_field
        self.typed = ""
        if required:
            self.flags.required = True

    def process(
        self,
        formdata: MultiDict[str, str] | None,
        data: Any = unset_value,
        extra_filters: Any = None,
    ) -> None:
        if formdata:
            self.typed = (formdata.get(f"{self.name}-text") or "").strip()
        if formdata and self.typed and self.name not in formdata:
            # A typed name without the hidden control is a choice all the same.
            formdata = MultiDict([*formdata.items(multi=True), (self.name, "")])
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        picked = self._approved(valuelist[0]) if valuelist and valuelist[0] else None
        if self.typed and (picked is None or picked.name != self.typed):
            # What is to be read in the control is what was meant, whatever the hidden one says.
            picked = find_organization(self.typed, self.kinds)
        if picked is not None:
            self.data = picked.id
        elif self.typed or (valuelist and valuelist[0]):
            raise ValueError(_("没有找到这个机构，请输入名称后从列表中选择。"))

    def _approved(self, text: str) -> Organization | None:
        is_id = text.isascii() and text.isdecimal() and int(text) <= LARGEST_ID
        found = db.session.get(Organization, int(text)) if is_id else None
        return found if found and found.is_approved and found.kind in self.kinds else None

    def pre_validate(self, form: Any) -> None:
        if self.data is None and self.required and not self.process_errors:
            raise StopValidation(_("请选择机构。"))

    @property
    def organization(self) -> Organization | None:
        """What was picked."""
        return db.session.get(Organization, self.data) if self.data else None

    @property
    def shown_text(self) -> str:
        """What stands in the control: the name of what was picked, or what was typed."""
        picked = self.organization
        return picked.name if picked else self.typed

    def __call__(self, **attributes: Any) -> Markup:
        raise NotImplementedError("shown by the macro organization_picker")
