"""Forms with which people register and mend what is kept of them, and units ask and decide."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from lms.accounts.enums import IdentityKind, TitleLevel
from lms.accounts.forms import NewPasswordFields
from lms.accounts.models import Person
from lms.accounts.passwords import LONGEST
from lms.accounts.queries import find_by_identity
from lms.accounts.rules import LONGEST_EMAIL
from lms.administration.forms import OrganizationField
from lms.core.db import db
from lms.core.enums import LabelledEnum
from lms.memberships.operations import LONGEST_TEXT
from lms.memberships.professions import ProfessionField
from lms.memberships.registration import Facts
from lms.organizations.models import Organization

# As often as they come.
_KINDS = (
    IdentityKind.RESIDENT,
    IdentityKind.HONG_KONG_MACAO_PERMIT,
    IdentityKind.TAIWAN_PERMIT,
    IdentityKind.PASSPORT,
)
_NUMBER_LENGTH = 40


def member_of(enum: type[Any], value: str | None) -> Any:
    """The member of an enum with this value, None for none."""
    return next((member for member in enum if member.value == value), None)


def choices_of(members: Iterable[LabelledEnum], empty: Any = None) -> list[SelectChoice]:
    """The choices of a select or of radio buttons, after one of none that says `empty`."""
    first = [SelectChoice("", empty)] if empty else []
    return [*first, *(SelectChoice(member.value, member.label) for member in members)]


class NoteField(TextAreaField):
    """A few words to whoever decides."""

    def __init__(self, label: Any, **options: Any) -> None:
        options.setdefault("validators", [Length(max=LONGEST_TEXT)])
        options.setdefault("render_kw", {"rows": 2, "maxlength": LONGEST_TEXT})
        super().__init__(label, **options)


class IdentityFields:
    """The kind of document and its number."""

    identity_kind = SelectField(
        _l("证件类型"),
        choices=choices_of(_KINDS),
        default=IdentityKind.RESIDENT.value,
    )
    identity_number = StringField(
        _l("证件号码"),
        [InputRequired(_l("请填写证件号码。")), Length(max=_NUMBER_LENGTH)],
        description=_l("加密保存，页面上只显示首尾几位。"),
        render_kw={
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "maxlength": _NUMBER_LENGTH,
        },
    )

    def holder(self) -> Person | None:
        """Whose number that is, of a document of that kind."""
        return find_by_identity(self.identity_number.data, IdentityKind(self.identity_kind.data))


class FactsForm(FlaskForm):
    """What is kept of a person apart from the identity number."""

    name = StringField(
        _l("姓名"),
        [InputRequired(_l("请填写姓名。")), Length(max=64)],
        description=_l("与证件一致。少数民族姓名中的间隔号用“·”，生僻字请直接输入。"),
        render_kw={"autocomplete": "name", "spellcheck": "false"},
    )
    phone = StringField(
        _l("手机号码"),
        [Length(max=32)],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    email = StringField(
        _l("电子邮箱"),
        [Length(max=LONGEST_EMAIL)],
        description=_l("可不填，用于找回密码和接收通知。"),
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )
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
            "title_level": member_of(TitleLevel, self.title_level.data),
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


class MendForm(FactsForm, IdentityFields, _UnitFields):
    """A registration that no unit has approved yet, to be mended and sent again."""

    identity_number = StringField(
        _l("证件号码"),
        [Length(max=_NUMBER_LENGTH)],
        description=_l("没有填错的不用再填；留空表示不修改。"),
        render_kw=IdentityFields.identity_number.kwargs["render_kw"],
    )

    phone = StringField(
        _l("手机号码"),
        [InputRequired(_l("请填写手机号码。")), Length(max=32)],
        render_kw=FactsForm.phone.kwargs["render_kw"],
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
            title_level=member_of(TitleLevel, self.title_level.data),
        )


class RegisterForm(MendForm, NewPasswordFields):
    """Everything with which somebody registers alone."""

    identity_number = IdentityFields.identity_number
    password = PasswordField(
        _l("设置密码"),
        [InputRequired(_l("请设置密码。")), Length(max=LONGEST)],
        render_kw={"autocomplete": "new-password", "data-strength": "password-strength"},
    )
    agreed = BooleanField(
        _l("我已阅读并同意个人信息保护说明"),
        [InputRequired(_l("请先阅读并同意个人信息保护说明。"))],
    )


class ContactForm(FlaskForm):
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
    present = PasswordField(
        _l("现在的密码"),
        [InputRequired(_l("请填写现在的密码。")), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
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
    reason = TextAreaField(
        _l("不同意的原因"),
        [
            InputRequired(_l("请写明不同意的原因，申请人会看到。")),
            Length(max=LONGEST_TEXT, message=_l("原因不超过 500 个字。")),
        ],
        description=_l("申请人会看到这段话，并据此修改。"),
        render_kw={"rows": 3, "maxlength": LONGEST_TEXT},
    )
