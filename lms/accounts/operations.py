"""Making people, giving them posts, signing them in."""

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts.employments import join_unit
from lms.accounts.enums import IdentityKind, PersonState
from lms.accounts.identity import seal_identity_number, seal_phone
from lms.accounts.models import Person
from lms.accounts.passwords import set_password
from lms.accounts.queries import is_allowed
from lms.accounts.rules import (
    is_email,
    is_identity_number,
    is_like_permit,
    is_name,
    is_phone,
    normalize_email,
    normalize_identity_number,
    normalize_name,
    normalize_phone,
)
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.permissions import Permission
from lms.organizations.models import Organization


class NumberTaken(Conflict):
    """Somebody with this identity number has an account."""

    default_message = _l("该证件号码已注册。")

    def __init__(self) -> None:
        super().__init__(field="identity_number")


def create_person(
    *,
    name: str,
    identity_number: str,
    unit: Organization | None,
    identity_kind: IdentityKind = IdentityKind.RESIDENT,
    phone: str | None = None,
    password: str | None = None,
    state: PersonState = PersonState.ACTIVE,
    actor_id: int | None = None,
    **more: Any,
) -> Person:
    """Make an account, employed by `unit` if given; `more` are further columns.

    Raises Invalid for a wrong name, number or phone, NumberTaken if the number is registered
    already; each names its field.
    """
    number = checked_number(identity_number, identity_kind)
    record_key = secrets.token_hex(16)
    person = Person(
        record_key=record_key,
        name=checked_name(name),
        state=state,
        **seal_identity_number(identity_kind, number, record_key),
        **seal_phone(checked_phone(phone), record_key),
        **more,
    )
    if password:
        set_password(person, password)
    save_person(person)
    record(
        AuditTag.ACCOUNTS_PERSON_CREATE,
        actor_id,
        f"person:{person.id}",
        organization_id=unit.id if unit else None,
    )
    if unit is not None:
        join_unit(person, unit, actor_id)
    return person


def save_person(person: Person) -> None:
    """Write somebody new, or somebody whose number was changed.

    Of several that want one number at the same time the unique key lets one through; the others
    raise the NumberTaken that they would have met a moment later, and their transaction ends with
    it.
    """
    same = select(Person.id).where(Person.identity_hash == person.identity_hash)
    with db.session.no_autoflush:
        if db.session.scalar(same.where(Person.id.is_distinct_from(person.id))):
            raise NumberTaken()
    db.session.add(person)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Both databases name the key, or its column.
        if "identity_hash" in str(error.orig):
            raise NumberTaken() from None
        raise


def checked_number(text: str, kind: IdentityKind) -> str:
    """The normalized number; raises Invalid if it is none of its kind.

    Raises it as well for a passport's that looks like a permit's: anybody may register, and the
    permit would then be two people's and sign in nobody. A roster, which a unit answers for, may
    hold it.
    """
    number = normalize_identity_number(text, kind)
    if not is_identity_number(number, kind):
        wrong = _l("证件号码不正确，请按证件核对。")
        if kind is IdentityKind.RESIDENT:
            wrong = _l("身份证号码不正确，请核对 18 位号码。")
        raise Invalid(wrong, field="identity_number")
    if is_like_permit(number, kind):
        wrong = _l("这是通行证号码的格式，请选择相应的证件类型。确为护照的，请由单位登记。")
        raise Invalid(wrong, field="identity_number")
    return number


def checked_name(text: str) -> str:
    """The normalized name; raises Invalid for what is no name."""
    name = normalize_name(text)
    if not is_name(name):
        raise Invalid(_l("姓名应为 2 至 50 个文字，间隔号用“·”，不能含数字或符号。"), field="name")
    return name


def checked_phone(text: str | None) -> str | None:
    """The normalized phone, None for none; raises Invalid for what is no phone."""
    if not text or not text.strip():
        return None
    phone = normalize_phone(text)
    if not is_phone(phone):
        wrong = _l("手机号码不正确，应为 11 位号码，境外号码以“+”和国家代码开头。")
        raise Invalid(wrong, field="phone")
    return phone


def checked_email(text: str | None) -> str | None:
    """The normalized address, None for none; raises Invalid for what can be no address."""
    if not text or not text.strip():
        return None
    email = normalize_email(text)
    if not is_email(email):
        raise Invalid(_l("电子邮箱格式不正确。"), field="email")
    return email


def require(actor: Person, permission: Permission, organization_id: int | None) -> None:
    """Raise NotAllowed unless `actor` has `permission` over the organization."""
    if not is_allowed(actor, permission, organization_id):
        raise NotAllowed()
