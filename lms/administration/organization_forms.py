"""Forms with which the administration filters, makes and changes organizations."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from lms.administration.forms import DivisionField, OrganizationField
from lms.administration.organization_operations import OrganizationFacts
from lms.administration.queries import Filter
from lms.administration.registration_forms import (
    CONTACT_PHONE,
    right_credit_code,
)
from lms.administration.superiors import SUPERIORS_OF
from lms.organizations.enums import UnitNature
from lms.organizations.models import (
    Organization,
    OrganizationKind,
    OrganizationState,
    StandInKind,
)
from lms.organizations.rules import DivisionLevel
from lms.web.choices import choices_of


class FilterForm(Form):
    """What a list of organizations is narrowed to; part of the address, without a token."""

    q = StringField(_l("名称开头"), [Length(max=128)])
    kind = SelectField(
        _l("类别"),
        choices=choices_of(OrganizationKind, _l("全部类别")),
        validate_choice=False,
    )
    state = SelectField(
        _l("状态"),
        choices=choices_of(OrganizationState, _l("全部状态")),
        validate_choice=False,
    )
    division = DivisionField(_l("所在地区"), required=False, least=DivisionLevel.PROVINCE)

    def wanted(self, parent_id: int | None) -> Filter:
        """The filter as filled in; what is no member of an enum narrows nothing."""
        return Filter(
            text=" ".join((self.q.data or "").split()),
            kind=OrganizationKind.find(self.kind.data),
            state=OrganizationState.find(self.state.data),
            division_code=self.division.data,
            parent_id=parent_id,
        )


class ContactForm(FlaskForm):
    """What an organization changes of itself."""

    address = StringField(
        _l("地址"), [Length(max=255)], render_kw={"autocomplete": "street-address"}
    )
    contact_phone = StringField(
        _l("电话"),
        [
            Optional(),
            Regexp(CONTACT_PHONE, message=_l("电话应为 5 至 32 位数字，可含区号、横线和分机号。")),
        ],
        render_kw={"inputmode": "tel"},
    )

    def facts_of(self, organization: Organization) -> OrganizationFacts:
        """Everything as it is, but for what was filled in."""
        return OrganizationFacts(
            kind=organization.kind,
            name=organization.name,
            credit_code=organization.credit_code,
            division_code=organization.division_code,
            parent_id=organization.parent_id,
            nature=organization.nature,
            stand_in_kind=organization.stand_in_kind,
            address=self.address.data or "",
            contact_phone=self.contact_phone.data or "",
        )

    def fill(self, organization: Organization) -> None:
        """Show what is kept."""
        self.address.data = organization.address
        self.contact_phone.data = organization.contact_phone


class OrganizationForm(ContactForm):
    """Everything of an organization, for those above it. Its kind is chosen once.

    A kind that nobody supervises but the bureau of the division is not asked for a superior.
    """

    name = StringField(
        _l("名称"),
        [InputRequired(_l("请填写名称。")), Length(2, 128)],
        description=_l("全称。"),
    )
    credit_code = StringField(
        _l("统一社会信用代码"),
        [Length(max=40), right_credit_code],
        description=_l("单位导入名册时用它识别，可以以后补填。"),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    division_code = DivisionField(_l("所在地区"), least=DivisionLevel.PROVINCE)
    parent_id = OrganizationField(
        _l("主管部门"),
        kinds={superior for kinds in SUPERIORS_OF.values() for superior in kinds},
        required=False,
        division_field="division_code",
        description=_l("没有的不填，由所在地区的人社部门直接管理。"),
    )
    nature = RadioField(_l("单位性质"), choices=choices_of(UnitNature), validators=[Optional()])
    stand_in_kind = RadioField(
        _l("代管机构的类别"), choices=choices_of(StandInKind), validators=[Optional()]
    )

    def __init__(self, kind: OrganizationKind) -> None:
        super().__init__()
        self.kind = kind
        if not SUPERIORS_OF[kind]:
            del self.parent_id

    def facts(self) -> OrganizationFacts:
        """The organization as filled in; what such a kind has not is left out."""
        kind = self.kind
        is_unit, is_stand_in = kind is OrganizationKind.UNIT, kind is OrganizationKind.STAND_IN
        return OrganizationFacts(
            kind=kind,
            name=self.name.data,
            credit_code=self.credit_code.data,
            division_code=self.division_code.data or "",
            parent_id=self.parent_id.data if self.parent_id else None,
            nature=UnitNature.find(self.nature.data) if is_unit else None,
            stand_in_kind=StandInKind.find(self.stand_in_kind.data) if is_stand_in else None,
            address=self.address.data or "",
            contact_phone=self.contact_phone.data or "",
        )

    def facts_of(self, organization: Organization) -> OrganizationFacts:
        return self.facts()

    def fill(self, organization: Organization) -> None:
        super().fill(organization)
        self.name.data = organization.name
        self.credit_code.data = organization.credit_code
        self.division_code.data = organization.division_code
        if self.parent_id:
            self.parent_id.data = organization.parent_id
        self.nature.data = organization.nature.value if organization.nature else None
        kind = organization.stand_in_kind
        self.stand_in_kind.data = kind.value if kind else None
