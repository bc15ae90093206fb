"""Forms with which a unit registers, and with which that is refused."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from lms.accounts.enums import IdentityKind
from lms.accounts.forms import FirstPasswordFields, IdentityFields, PersonFields, PhoneField
from lms.administration.decisions import LONGEST_REASON
from lms.administration.forms import DivisionField, OrganizationField
from lms.administration.registration import Registrant, UnitFacts
from lms.organizations.enums import UnitNature
from lms.organizations.models import Organization, OrganizationKind
from lms.organizations.rules import is_credit_code, normalize_credit_code
from lms.web.choices import choices_of

CONTACT_PHONE = r"^[0-9+()（）\-\s转]{5,32}$"
_NO_PHONE = _l("电话应为 5 至 32 位数字，可含区号、横线和分机号。")


def right_credit_code(_form: FlaskForm, field: StringField) -> None:
    """Refuse what is no unified social credit code (GB 32100)."""
    if field.data and not is_credit_code(normalize_credit_code(field.data)):
        raise ValidationError(_l("统一社会信用代码不正确，请核对 18 位代码。"))


class UnitForm(FlaskForm):
    """What a unit says of itself."""

    name = StringField(
        _l("单位名称"),
        [InputRequired(_l("请填写单位名称。")), Length(2, 128)],
        description=_l("与营业执照或事业单位法人证书一致的全称。"),
        render_kw={"autocomplete": "organization"},
    )
    credit_code = StringField(
        _l("统一社会信用代码"),
        [InputRequired(_l("请填写统一社会信用代码。")), Length(max=40), right_credit_code],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    nature = RadioField(
        _l("单位性质"),
        [InputRequired(_l("请选择单位性质。"))],
        choices=choices_of(UnitNature),
    )
    division_code = DivisionField(_l("所在地区"))
    department_id = OrganizationField(
        _l("主管部门"),
        kinds=(OrganizationKind.DEPARTMENT,),
        required=False,
        division_field="division_code",
        description=_l("没有主管部门的不填，由所在地区的人社部门审核。"),
    )
    address = StringField(
        _l("单位地址"),
        [InputRequired(_l("请填写单位地址。")), Length(max=255)],
        render_kw={"autocomplete": "street-address"},
    )
    contact_phone = StringField(
        _l("单位电话"),
        [InputRequired(_l("请填写单位电话。")), Regexp(CONTACT_PHONE, message=_NO_PHONE)],
        render_kw={"autocomplete": "off", "inputmode": "tel"},
    )

    def facts(self) -> UnitFacts:
        """The unit as filled in."""
        return UnitFacts(
            name=self.name.data,
            credit_code=self.credit_code.data,
            nature=UnitNature(self.nature.data),
            division_code=self.division_code.data or "",
            department_id=self.department_id.data,
            address=self.address.data,
            contact_phone=self.contact_phone.data,
        )

    def fill(self, unit: Organization) -> None:
        """Show what was registered."""
        self.name.data = unit.name
        self.credit_code.data = unit.credit_code
        self.nature.data = unit.nature.value if unit.nature else None
        self.division_code.data = unit.division_code
        self.department_id.data = unit.parent_id
        self.address.data = unit.address
        self.contact_phone.data = unit.contact_phone


class RegistrationForm(UnitForm, PhoneField, IdentityFields, FirstPasswordFields):
    """A unit, and who will manage it."""

    person_name = PersonFields.name
    email = PersonFields.email

    def __iter__(self) -> Iterator[Field]:
        """The fields as they follow each other on the page: the unit comes first."""
        return iter(sorted(super().__iter__(), key=lambda each: not hasattr(UnitForm, each.name)))

    def registrant(self) -> Registrant:
        """Who registers, as filled in."""
        return Registrant(
            name=self.person_name.data,
            identity_kind=IdentityKind(self.identity_kind.data),
            identity_number=self.identity_number.data,
            phone=self.phone.data,
            email=self.email.data or "",
            password=self.password.data,
        )


class RefusalForm(FlaskForm):
    reason = TextAreaField(
        _l("退回原因"),
        [
            InputRequired(_l("请写明退回的原因，注册人会看到。")),
            Length(max=LONGEST_REASON, message=_l("原因不超过 500 个字。")),
        ],
        description=_l("注册人会看到这段话，并据此修改。"),
        render_kw={"rows": 3, "maxlength": LONGEST_REASON},
    )
