"""Forms with which people register and mend what is kept of them, and units ask and decide."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.accounts.enums import IdentityKind, TitleLevel
from lms.accounts.forms import (
    LONGEST_NUMBER,
    FirstPasswordFields,
    IdentityFields,
    PersonFields,
    PhoneField,
    PresentPasswordField,
)
from lms.accounts.models import Person
from lms.accounts.rules import LONGEST_EMAIL
from lms.administration.forms import OrganizationField
from lms.core.db import db
from lms.memberships.operations import LONGEST_TEXT
from lms.memberships.professions import ProfessionField
from lms.memberships.registration import Facts
from lms.organizations.models import Organization
from lms.web.choices import choices_of


class NoteField(TextAreaField):
    """A few words to whoever decides."""

    def __init__(self, label: Any, **options: Any) -> None:
        options.setdefault("validators", [Length(max=LONGEST_TEXT)])
        options.setdefault("render_kw", {"rows": 2, "maxlength": LONGEST_TEXT})
        super().__init__(label, **options)


class FactsForm(FlaskForm, PersonFields):
    """What is kept of a person apart from the identity number."""

    profession = ProfessionField(_l("职称系列"), _l("请选择，没有的不选"))
    title_level = SelectField(
        _l("职称级别"),
        choices=choices_of(TitleLevel, _l("请选择")),
    )

    def columns(self) -> dict[str, Any]:
        """What edit_person takes; an empty phone keeps the one there is."""
        return {
            "name": self.name.data,
            "phone": (self.phone.data or "").strip() or None,
            "email": self.email.data or "",
            "profession": self.profession.series,
            "title_level": TitleLevel.find(self.title_level.data),
        }

    def fill(self, person: Person) -> None:
        """Show what is kept, but for the phone, of which only the end may be shown."""
        self.name.data = person.name
        self.email.data = person.email
        self.profession.data = person.profession.value if person.profession else ""
        self.title_level.data = person.title_level.value if person.title_level else ""


class _UnitFields:
    unit_id = OrganizationField(
        _l("所在单位"),
        description=_l(
            "没有用人单位的（如自由职业者），选择保管人事档案的人才服务机构、街道办事处或社区。"
        ),
    )
    note = NoteField(
        _l("给审核人的说明"), description=_l("可不填，例如所在部门、工号，便于单位核对。")
    )

    def unit(self) -> Organization:
        """The unit that was picked."""
        return db.session.get_one(Organization, self.unit_id.data)


class MendForm(PhoneField, FactsForm, IdentityFields, _UnitFields):
    """A registration that no unit has approved yet, to be mended and sent again."""

    identity_number = StringField(
        _l("证件号码"),
        [Length(max=LONGEST_NUMBER)],
        description=_l("没有填错的不用再填；留空表示不修改。"),
        render_kw=IdentityFields.identity_number.kwargs["render_kw"],
    )

    def facts(self) -> Facts:
        """The person as filled in."""
        return Facts(
            name=self.name.data,
            identity_kind=IdentityKind(self.identity_kind.data),
            identity_number=self.identity_number.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            profession=self.profession.series,
            title_level=TitleLevel.find(self.title_level.data),
        )


class RegisterForm(MendForm, FirstPasswordFields):
    """Everything with which somebody registers alone."""

    identity_number = IdentityFields.identity_number

    def __iter__(self) -> Iterator[Field]:
        """The fields as they follow each other on the page: the password comes last."""
        return iter(
            sorted(super().__iter__(), key=lambda each: hasattr(FirstPasswordFields, each.name))
        )


class ContactForm(FlaskForm, PresentPasswordField):
    """One's own phone and e-mail, and the present password before they change."""

    phone = StringField(
        _l("新手机号码"),
        [Length(max=32)],
        description=_l("留空表示不修改。"),
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    email = StringField(
        _l("电子邮箱"),
        [Length(max=LONGEST_EMAIL)],
        description=_l("清空表示删除。"),
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )


class MoveForm(FlaskForm, _UnitFields):
    """Another unit to belong to."""

    unit_id = OrganizationField(_l("新单位"))
    note = NoteField(_l("给新单位的说明"), description=_l("可不填。"))


class AskForm(FlaskForm, IdentityFields):
    """Somebody a unit asks for, known by number and name."""

    unit_id = OrganizationField(_l("调入单位"))
    name = StringField(
        _l("姓名"),
        [InputRequired(_l("请填写姓名。")), Length(max=64)],
        render_kw={"autocomplete": "off"},
    )
    note = NoteField(_l("给本人的说明"), description=_l("可不填，对方会看到。"))


class RefusalForm(FlaskForm):
    """Why somebody does not agree to a request."""

    reason = TextAreaField(
        _l("不同意的原因"),
        [
            InputRequired(_l("请写明不同意的原因，申请人会看到。")),
            Length(max=LONGEST_TEXT, message=_l("原因不超过 500 个字。")),
        ],
        description=_l("申请人会看到这段话，并据此修改。请不要写证件号码。"),
        render_kw={"rows": 3, "maxlength": LONGEST_TEXT},
    )
