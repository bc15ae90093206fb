"""A unit registers itself: it, and whoever will manage it, at once or not at all."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.accounts.enums import IdentityKind, PersonState
from lms.accounts.models import Person
from lms.accounts.operations import checked_email, create_person
from lms.accounts.passwords import DraftPassword, check_password, hash_password, own_words
from lms.accounts.rules import PRIVACY_NOTICE, normalize_identity_number, normalize_phone
from lms.administration.queries import registration_of
from lms.administration.superiors import check_superior
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, DomainError, Invalid, NotFound
from lms.core.states import move
from lms.organizations.enums import UnitNature
from lms.organizations.models import (
    Organization,
    OrganizationKind,
    OrganizationState,
)
from lms.organizations.operations import create_organization, keep_open, save_organization
from lms.organizations.rules import normalize_credit_code
from lms.organizations.states import ORGANIZATION

MAY_REGISTER = frozenset({PersonState.ACTIVE, PersonState.PENDING, PersonState.REFUSED})


@dataclass(frozen=True)
class UnitFacts:
    """What a unit says of itself. `department_id` is None where no department supervises it."""

    name: str
    credit_code: str
    nature: UnitNature
    division_code: str
    department_id: int | None
    address: str
    contact_phone: str


@dataclass(frozen=True)
class Registrant:
    """Who registers without an account yet."""

    name: str
    identity_kind: IdentityKind
    identity_number: str = field(repr=False)
    phone: str = field(repr=False)
    email: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class DraftRegistrant:
    """A registrant whose password was judged and hashed: what takes long is behind it."""

    registrant: Registrant
    password: DraftPassword


def draft_registrant(registrant: Registrant) -> DraftRegistrant:
    """Judge and hash the password, before the transaction in which others would wait for it.

    It is one of staff from the first day. Raises Invalid(field="password").
    """
    number = normalize_identity_number(registrant.identity_number, registrant.identity_kind)
    phone = normalize_phone(registrant.phone)
    words = own_words(registrant.name, number, phone, registrant.email)
    check_password(None, registrant.password, words, for_staff=True)
    return DraftRegistrant(registrant, hash_password(registrant.password, for_staff=True))


def register_unit(facts: UnitFacts, registrant: Person | DraftRegistrant) -> Organization:
    """Make a unit that waits for approval, and the account of its registrant if there is none.

    Raises Invalid for what is wrong and Conflict for a name, credit code or identity number that
    is registered already, each naming its field; Conflict too for a person whose earlier
    registration is still open, or whose account is none that acts for others.
    """
    department = _department(facts)
    if isinstance(registrant, Person):
        _check_may_register(registrant)
    unit = create_organization(
        OrganizationKind.UNIT,
        facts.name,
        facts.division_code,
        department,
        state=OrganizationState.PENDING,
        **_columns(facts),
    )
    person = registrant if isinstance(registrant, Person) else _create_registrant(registrant)
    unit.registered_by_id = person.id
    db.session.flush()
    # What a new registrant was told stands beside the deed (PIPL, articles 14 and 17).
    told = {} if person is registrant else {"privacy_notice": PRIVACY_NOTICE}
    _record(unit, person, **told)
    return unit


def mend_registration(person: Person, organization_id: int, facts: UnitFacts) -> Organization:
    """Change a registration that was refused and send it again.

    Raises NotFound for another's, IllegalMove for one that was not refused, and what
    `register_unit` raises of the unit.
    """
    unit = db.session.get(Organization, organization_id)
    if unit is None or unit.registered_by_id != person.id:
        raise NotFound()
    hold(unit)
    department = _department(facts)
    # Whether somebody waits for a unit is asked while their row is held.
    hold(person)
    move(unit, OrganizationState.PENDING, ORGANIZATION)
    unit.name = facts.name.strip()
    unit.division_code = facts.division_code
    unit.parent = department
    for column, value in _columns(facts).items():
        setattr(unit, column, value)
    unit.credit_code = normalize_credit_code(facts.credit_code)
    unit.remark = None
    save_organization(unit)
    _record(unit, person)
    return unit


def _columns(facts: UnitFacts) -> dict[str, Any]:
    if not facts.credit_code.strip():
        raise Invalid(_l("请填写统一社会信用代码。"), field="credit_code")
    return {
        "credit_code": facts.credit_code,
        "nature": facts.nature,
        "address": facts.address.strip(),
        "contact_phone": facts.contact_phone.strip(),
    }


def _department(facts: UnitFacts) -> Organization | None:
    if not facts.department_id:
        return None
    keep_open([facts.department_id])
    department = db.session.get(Organization, facts.department_id)
    if department is None:
        raise Invalid(_l("没有找到这个主管部门。"), field="department_id")
    check_superior(OrganizationKind.UNIT, facts.division_code, department, field="department_id")
    return department


def _check_may_register(person: Person) -> None:
    hold(person)
    if person.state not in MAY_REGISTER:
        raise Conflict(_l("您的账号当前不能注册单位。"))
    if registration_of(person) is not None:
        raise Conflict(_l("您已提交过单位注册，请先等待审核或修改后重新提交。"))


def _create_registrant(draft: DraftRegistrant) -> Person:
    registrant = draft.registrant
    try:
        return create_person(
            name=registrant.name,
            identity_number=registrant.identity_number,
            identity_kind=registrant.identity_kind,
            unit=None,
            phone=registrant.phone,
            email=checked_email(registrant.email),
            contact_confirmed_at=clock.now(),
            state=PersonState.PENDING,
            **draft.password.columns(),
        )
    except DomainError as refusal:
        # The unit has a name as well.
        refusal.field = "person_name" if refusal.field == "name" else refusal.field
        raise


def _record(unit: Organization, person: Person, **detail: Any) -> None:
    record(
        AuditTag.ORGANIZATIONS_ORGANIZATION_REGISTER,
        person.id,
        f"organization:{unit.id}",
        organization_id=unit.id,
        **detail,
    )
