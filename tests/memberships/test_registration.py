"""Somebody registers alone: who gets an account, and who gets told what is wrong."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.enums import IdentityKind, PersonState
from lms.accounts.models import Person
from lms.accounts.operations import NumberTaken
from lms.accounts.passwords import is_password_right
from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.errors import Conflict, DomainError, Invalid
from lms.memberships.models import MembershipRequest, RequestKind, RequestState
from lms.memberships.operations import decide_request
from lms.memberships.registration import (
    draft_registration,
    mend_registration,
    register_person,
)
from lms.organizations.models import Organization, OrganizationKind, OrganizationState
from tests.factories.accounts import OrganizationFactory, PersonFactory, identity_number
from tests.memberships.support import (
    GOOD_PASSWORD,
    facts,
    in_parallel,
    manager_of,
    register,
    unit,
)


def test_a_registration_makes_a_waiting_account_and_a_request_to_the_unit(app: Flask) -> None:
    school = unit()

    person = register(school)

    assert person.state is PersonState.PENDING
    assert person.unit_id is None
    assert not person.may_study
    assert person.is_active
    assert is_password_right(person, GOOD_PASSWORD)
    request = db.session.scalars(select(MembershipRequest)).one()
    assert (request.person_id, request.to_id) == (person.id, school.id)
    assert (request.kind, request.state) == (RequestKind.JOIN, RequestState.PENDING)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        (" 王䶮 ", "王䶮"),
        ("王　小明", "王小明"),
        ("𬱖明", "𬱖明"),
        ("Anna-Maria O'Neil", "Anna-Maria O'Neil"),
    ],
)
def test_names_of_all_peoples_and_rare_characters_are_kept(
    app: Flask, typed: str, kept: str
) -> None:
    assert register(unit(), name=typed).name == kept


@pytest.mark.parametrize("name", ["王\ue000明", "王", "王123", "王\U000f0001", "王<b>", ""])
def test_what_is_no_name_is_refused_at_the_field(app: Flask, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        draft_registration(facts(name=name), GOOD_PASSWORD)
    assert refusal.value.field == "name"


@pytest.mark.parametrize(
    ("kind", "number", "is_right"),
    [
        (IdentityKind.RESIDENT, identity_number(5), True),
        (IdentityKind.RESIDENT, "11010519491231002x", True),
        (IdentityKind.RESIDENT, "110105194912310021", False),
        (IdentityKind.RESIDENT, "110105194902300020", False),
        (IdentityKind.PASSPORT, "E12345678", True),
        (IdentityKind.PASSPORT, "E12 3", False),
        # By these somebody else signs in: with their phone, or with their permit.
        (IdentityKind.PASSPORT, "13800001111", False),
        (IdentityKind.PASSPORT, "8613800001111", False),
        (IdentityKind.PASSPORT, "H12345678", False),
        (IdentityKind.PASSPORT, "m1234567802", False),
        (IdentityKind.PASSPORT, "12345678", False),
        (IdentityKind.HONG_KONG_MACAO_PERMIT, "H12345678", True),
        (IdentityKind.HONG_KONG_MACAO_PERMIT, "12345678", False),
        (IdentityKind.TAIWAN_PERMIT, "12345678", True),
        (IdentityKind.TAIWAN_PERMIT, "1234567", False),
    ],
)
def test_each_kind_of_document_has_its_own_form(
    app: Flask, kind: IdentityKind, number: str, is_right: bool
) -> None:
    told = facts(number, identity_kind=kind)
    if is_right:
        assert draft_registration(told, GOOD_PASSWORD)
        return
    with pytest.raises(Invalid) as refusal:
        draft_registration(told, GOOD_PASSWORD)
    assert refusal.value.field == "identity_number"


@pytest.mark.parametrize(
    ("changes", "password", "field"),
    [
        ({"phone": "12345"}, GOOD_PASSWORD, "phone"),
        ({"email": "nobody"}, GOOD_PASSWORD, "email"),
        ({}, "short", "password"),
        ({}, identity_number(77), "password"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    app: Flask, changes: dict[str, Any], password: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        draft_registration(facts(**changes), password)
    assert refusal.value.field == field


def test_a_number_is_registered_once(app: Flask) -> None:
    school = unit()
    register(school)
    with pytest.raises(Conflict) as refusal:
        register(school, phone="13900139000")
    assert refusal.value.field == "identity_number"
    assert db.session.scalar(select(func.count(MembershipRequest.id))) == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": OrganizationKind.BUREAU},
        {"kind": OrganizationKind.UNIT, "state": OrganizationState.PENDING},
    ],
)
def test_a_unit_that_takes_nobody_leaves_no_account_behind(
    app: Flask, columns: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        register(OrganizationFactory(**columns))
    assert refusal.value.field == "unit_id"
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_fifty_parallel_registrations_of_one_number_make_one_person(app: Flask) -> None:
    school_id = unit().id
    draft = draft_registration(facts(), GOOD_PASSWORD)

    def try_once(_number: int) -> int:
        with transaction():
            person = register_person(draft, db.session.get_one(Organization, school_id))
        return person.id

    results = in_parallel(app, 50, try_once)

    assert [type(result) for result in results].count(int) == 1
    refusals = [result for result in results if not isinstance(result, int)]
    assert {type(refusal) for refusal in refusals} == {NumberTaken}
    assert {refusal.field for refusal in refusals} == {"identity_number"}
    assert db.session.scalar(select(func.count(Person.id))) == 1
    assert db.session.scalar(select(func.count(MembershipRequest.id))) == 1


def test_the_loser_of_a_race_is_told_the_same(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    school = unit()
    register(school)
    # As if the look-up had come before the other's commit: the unique key then decides.
    scalar = db.session.scalar
    calls: list[int] = []

    def blind(query: Any, *more: Any, **options: Any) -> Any:
        calls.append(1)
        return None if len(calls) == 1 else scalar(query, *more, **options)

    monkeypatch.setattr(db.session, "scalar", blind)
    with pytest.raises(Conflict) as refusal:
        register(school)
    assert refusal.value.field == "identity_number"


def test_a_refused_registration_is_mended_and_sent_to_another_unit(app: Flask) -> None:
    first, second = unit(), unit()
    person = register(first)
    request = db.session.scalars(select(MembershipRequest)).one()
    with transaction():
        decide_request(manager_of(first), request.id, approve=False, reason="查无此人")
    assert db.session.get_one(Person, person.id).state is PersonState.REFUSED

    with transaction():
        person = db.session.get_one(Person, person.id)
        mended = facts(identity_number(78), name="王五", phone="13900139000")
        again = mend_registration(person, mended, db.session.get_one(Organization, second.id))

    assert (person.state, person.name, person.identity_tail) == (
        PersonState.PENDING,
        "王五",
        identity_number(78)[-4:],
    )
    assert (again.to_id, again.state) == (second.id, RequestState.PENDING)


def test_a_mended_number_of_somebody_else_is_refused(app: Flask) -> None:
    school = unit()
    PersonFactory(identity_number=identity_number(99))
    person = register(school)
    request = db.session.scalars(select(MembershipRequest)).one()
    with transaction():
        decide_request(manager_of(school), request.id, approve=False, reason="查无此人")

    def mend() -> None:
        with transaction():
            mend_registration(
                db.session.get_one(Person, person.id), facts(identity_number(99)), school
            )

    with pytest.raises(Conflict) as refusal:
        mend()
    assert refusal.value.field == "identity_number"
    assert db.session.get_one(Person, person.id).identity_tail == identity_number(77)[-4:]


def test_who_was_approved_cannot_change_number_and_name_this_way(app: Flask) -> None:
    person, school = PersonFactory(), unit()

    def mend() -> None:
        with transaction():
            mend_registration(db.session.get_one(Person, person.id), facts(), school)

    with pytest.raises(DomainError):
        mend()
    assert db.session.get_one(Person, person.id).name == "王小明"


def test_neither_number_nor_phone_reaches_the_audit_trail(app: Flask) -> None:
    register(unit())

    told = " ".join(str(event.detail) for event in db.session.scalars(select(AuditEvent)))

    assert "privacy_notice" in told
    assert identity_number(77) not in told
    assert "13800138000" not in told


def test_nobody_becomes_another_while_a_unit_of_theirs_is_looked_at(app: Flask) -> None:
    school = unit()
    person = register(school)
    request = db.session.scalars(select(MembershipRequest)).one()
    with transaction():
        decide_request(manager_of(school), request.id, approve=False, reason="查无此人")
    registered = unit(state=OrganizationState.PENDING, registered_by_id=person.id)

    def mend() -> None:
        with transaction():
            mend_registration(db.session.get_one(Person, person.id), facts(name="王五"), school)

    with pytest.raises(Conflict):
        mend()
    db.session.rollback()
    assert db.session.get_one(Person, person.id).name == facts().name
    with transaction():
        db.session.get_one(Organization, registered.id).state = OrganizationState.REFUSED
    mend()
    assert db.session.get_one(Person, person.id).name == "王五"


def test_whoever_registers_has_given_their_own_contact(app: Flask) -> None:
    assert register(unit()).contact_confirmed_at is not None
