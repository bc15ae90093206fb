"""Somebody registers alone: an account that waits, and the request to the unit that decides."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.accounts.enums import IdentityKind, PersonState, ProfessionSeries, TitleLevel
from lms.accounts.identity import seal_identity_number, seal_phone
from lms.accounts.models import Person
from lms.accounts.operations import (
    checked_email,
    checked_name,
    checked_number,
    checked_phone,
    create_person,
    save_person,
)
from lms.accounts.passwords import DraftPassword, check_password, hash_password, own_words
from lms.accounts.rules import PRIVACY_NOTICE
from lms.accounts.states import PERSON
from lms.administration.queries import registration_of
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.errors import Conflict
from lms.core.states import move
from lms.memberships.models import MembershipRequest
from lms.memberships.operations import hold_to_ask, request_membership
from lms.organizations.models import Organization, OrganizationState


@dataclass(frozen=True)
class Facts:
    """What somebody says of themselves. Numbers are never part of what is printed or logged."""

    name: str
    identity_kind: IdentityKind
    identity_number: str = field(repr=False)
    phone: str = field(repr=False)
    email: str
    profession: ProfessionSeries | None
    title_level: TitleLevel | None

    def columns(self) -> dict[str, Any]:
        """E-mail, profession and level as they are kept; the contact is as they gave it."""
        return {
            "email": checked_email(self.email),
            "contact_confirmed_at": clock.now(),
            "profession": self.profession,
            "title_level": self.title_level,
        }


@dataclass(frozen=True)
class Draft:
    """A registration that was checked, with the password hashed: what takes long is behind it."""

    facts: Facts
    password: DraftPassword


def draft_registration(facts: Facts, password: str) -> Draft:
    """Check everything that needs no database, and hash the password.

    Hashing takes a tenth of a second, in which nobody else's writing should wait; so it is done
    before the transaction. Raises Invalid, naming the field.
    """
    name = checked_name(facts.name)
    number = checked_number(facts.identity_number, facts.identity_kind)
    phone = checked_phone(facts.phone) or ""
    facts.columns()
    check_password(None, password, own_words(name, number, phone, facts.email))
    return Draft(facts, hash_password(password))


def register_person(draft: Draft, unit: Organization, note: str = "") -> Person:
    """Make the account, which waits, and the request to `unit`; both or neither.

    Raises NumberTaken if somebody has registered with the number, be it at the same time.
    """
    facts = draft.facts
    person = create_person(
        name=facts.name,
        identity_number=facts.identity_number,
        identity_kind=facts.identity_kind,
        unit=None,
        phone=facts.phone,
        state=PersonState.PENDING,
        **facts.columns(),
        **draft.password.columns(),
    )
    request_membership(person, person, unit, note, privacy_notice=PRIVACY_NOTICE)
    return person


def mend_registration(
    person: Person, facts: Facts, unit: Organization, note: str = ""
) -> MembershipRequest:
    """Change what one said of oneself before a unit approved it, and send it (again) to `unit`.

    An empty identity number keeps the one there is. Raises Conflict for anybody who was approved,
    while a unit that they registered is looked at, and for a number that is somebody else's.
    """
    hold_to_ask(person, unit)
    # Whoever approves the unit makes them its manager: as those who were looked at.
    unit_asked_for = registration_of(person)
    if unit_asked_for is not None and unit_asked_for.state is OrganizationState.PENDING:
        raise Conflict(_l("您注册的单位正在审核，请等待结果后再修改个人信息。"))
    if person.state is PersonState.REFUSED:
        move(person, PersonState.PENDING, PERSON)
    if person.state is not PersonState.PENDING:
        raise Conflict(_l("您已通过审核，请在个人信息中修改。"))
    person.name = checked_name(facts.name)
    for column, value in facts.columns().items():
        setattr(person, column, value)
    for column, value in seal_phone(checked_phone(facts.phone), person.record_key).items():
        setattr(person, column, value)
    if facts.identity_number.strip():
        _change_number(person, facts)
    return request_membership(person, person, unit, note)


def _change_number(person: Person, facts: Facts) -> None:
    number = checked_number(facts.identity_number, facts.identity_kind)
    sealed = seal_identity_number(facts.identity_kind, number, person.record_key)
    if sealed["identity_hash"] == person.identity_hash:
        return
    for column, value in sealed.items():
        setattr(person, column, value)
    save_person(person)
    record(
        AuditTag.ACCOUNTS_PERSON_UPDATE,
        person.id,
        f"person:{person.id}",
        fields=["identity_number"],
    )
