"""What a unit does with the records of its people, and what it may not."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.employments import employments_of
from lms.accounts.enums import EmploymentEnd, PersonState, TitleLevel
from lms.accounts.identity import IdentityPurpose, read_phone
from lms.accounts.models import Person
from lms.accounts.sessions import begin_session, load_session_person
from lms.accounts.states import PERSON
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Conflict, DomainError, IllegalMove, Invalid, NotAllowed, NotFound
from lms.core.permissions import Role
from lms.memberships import person_operations as operations
from lms.memberships.queries import find_visible_person
from lms.memberships.request_queries import open_request
from lms.organizations.models import OrganizationKind
from tests.factories.accounts import (
    OrganizationFactory,
    PersonFactory,
    PostFactory,
    identity_number,
)
from tests.memberships.support import after_joining, manager_of, officer, unit, waiting_request
from tests.support import sign_in

_Deed = Callable[[Person, int], Person]


@pytest.fixture
def person(app: Flask) -> Person:
    return PersonFactory(unit=unit(), phone="13800138000", email="wang@example.cn")


@pytest.fixture
def manager(person: Person) -> Person:
    assert person.unit is not None
    return manager_of(person.unit)


def _do(deed: _Deed, actor: Person, person: Person) -> Person:
    with transaction():
        deed(actor, person.id)
    return db.session.get_one(Person, person.id)


def _refused(error: type[DomainError], deed: _Deed, actor: Person, person: Person) -> None:
    with pytest.raises(error):
        _do(deed, actor, person)
    db.session.rollback()


def _edit(actor: Person, person: Person, **changes: object) -> None:
    same = {
        "name": person.name,
        "phone": None,
        "email": person.email or "",
        "profession": person.profession,
        "title_level": person.title_level,
    }
    with transaction():
        operations.edit_person(actor, person.id, **{**same, **changes})  # type: ignore[arg-type]


def test_the_audit_trail_names_the_fields_that_changed_and_not_what_stood_there(
    person: Person, manager: Person
) -> None:
    _edit(manager, person, name="王䶮", phone="13900139000", title_level=TitleLevel.SENIOR)

    person = db.session.get_one(Person, person.id)
    assert (person.name, person.title_level) == ("王䶮", TitleLevel.SENIOR)
    assert read_phone(person) == "13900139000"
    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_PERSON_UPDATE.value)
    event = db.session.scalars(query).one()
    assert event.detail == {"fields": ["name", "phone", "title_level"]}


def test_saving_without_a_change_records_nothing(person: Person, manager: Person) -> None:
    _edit(manager, person, phone="138 0013 8000")
    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_PERSON_UPDATE.value)
    assert db.session.scalars(query).all() == []


def test_what_is_wrong_is_told_at_its_field(person: Person, manager: Person) -> None:
    for field, value in (("name", "王"), ("phone", "12"), ("email", "nobody")):
        with pytest.raises(Invalid) as refusal:
            _edit(manager, person, **{field: value})
        assert refusal.value.field == field
        db.session.rollback()


def test_leaving_keeps_the_account_and_ends_posts(person: Person, manager: Person) -> None:
    PostFactory(person=person, organization=person.unit, role=Role.UNIT_MANAGER)

    person = _do(operations.record_leaving, manager, person)

    assert (person.state, person.unit_id) == (PersonState.ACTIVE, None)
    assert person.is_active
    assert not person.is_staff
    assert employments_of(person)[0].end_reason is EmploymentEnd.LEFT
    assert find_visible_person(manager, person.id).id == person.id
    _refused(Conflict, operations.record_leaving, manager, person)


def test_the_retired_look_up_and_begin_nothing(person: Person, manager: Person) -> None:
    person = _do(operations.retire_person, manager, person)
    assert person.is_active
    assert not person.may_study
    assert employments_of(person)[0].end_reason is EmploymentEnd.RETIRED


@pytest.mark.parametrize("deed", [operations.record_death, operations.suspend_person])
def test_death_and_suspension_end_sessions_and_posts_at_once(
    person: Person, manager: Person, deed: _Deed
) -> None:
    PostFactory(person=person, organization=person.unit, role=Role.UNIT_MANAGER)
    with transaction():
        token = begin_session(person)

    person = _do(deed, manager, person)

    assert load_session_person(token) is None
    assert not person.is_active
    assert not person.is_staff


def test_what_was_open_is_taken_back_with_the_dead(person: Person, manager: Person) -> None:
    waiting_request(person, unit())
    assert open_request(_do(operations.record_death, manager, person)) is None


def test_a_suspended_person_stays_in_the_unit_and_is_restored(
    person: Person, manager: Person
) -> None:
    suspended = _do(operations.suspend_person, manager, person)
    assert suspended.unit_id is not None
    restored = _do(operations.restore_person, manager, person)
    assert (restored.state, restored.may_study) == (PersonState.ACTIVE, True)


@pytest.mark.parametrize("before", list(PersonState))
@pytest.mark.parametrize(
    ("deed", "after"),
    [
        (operations.retire_person, PersonState.RETIRED),
        (operations.record_death, PersonState.DECEASED),
        (operations.suspend_person, PersonState.SUSPENDED),
        (operations.restore_person, PersonState.ACTIVE),
    ],
)
def test_people_move_between_states_by_the_table(
    person: Person, manager: Person, before: PersonState, deed: _Deed, after: PersonState
) -> None:
    person.state = before
    db.session.commit()
    if before is PersonState.MERGED:
        _refused(Conflict, deed, manager, person)
    elif after in PERSON.get(before, frozenset()):
        assert _do(deed, manager, person).state is after
    else:
        _refused(IllegalMove, deed, manager, person)


@pytest.mark.parametrize(
    "deed",
    [
        operations.record_leaving,
        operations.retire_person,
        operations.record_death,
        operations.suspend_person,
        operations.restore_person,
    ],
)
def test_another_unit_finds_nobody_and_nobody_acts_on_themselves(
    person: Person, deed: _Deed
) -> None:
    _refused(NotFound, deed, manager_of(unit()), person)
    _refused(NotFound, deed, person, person)
    PostFactory(person=person, organization=person.unit, role=Role.UNIT_MANAGER)
    _refused(NotAllowed, deed, db.session.get_one(Person, person.id), person)


def test_a_unit_does_not_act_on_whoever_has_left_it_meanwhile(
    person: Person, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "hold", after_joining(unit()))
    _refused(NotFound, operations.suspend_person, manager, person)


def test_a_whole_number_is_read_for_a_purpose_that_is_recorded(
    app: Flask,
) -> None:
    person = PersonFactory(unit=unit(), identity_number=identity_number(4242))
    assert person.unit is not None
    manager = manager_of(person.unit)

    with transaction():
        number = operations.read_whole_number(manager, person.id, IdentityPurpose.REVIEW)

    assert number == identity_number(4242)
    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_IDENTITY_READ.value)
    event = db.session.scalars(query).one()
    assert (event.actor_id, event.subject) == (manager.id, f"person:{person.id}")
    assert event.detail == {"purpose": "review"}
    with pytest.raises(NotFound):
        operations.read_whole_number(manager_of(unit()), person.id, IdentityPurpose.REVIEW)


def _officer_of_the_bureau(person: Person, role: Role = Role.BUREAU_OFFICER) -> Person:
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    PostFactory(person=person, organization=bureau, role=role)
    return db.session.get_one(Person, person.id)


@pytest.mark.parametrize("deed", [operations.suspend_person, operations.restore_person])
def test_a_unit_does_not_shut_or_open_the_account_of_whoever_has_a_say_above_it(
    person: Person, manager: Person, deed: _Deed
) -> None:
    person = _officer_of_the_bureau(person)
    _refused(NotAllowed, deed, manager, person)
    person = db.session.get_one(Person, person.id)
    assert (person.state, person.is_staff) == (PersonState.ACTIVE, True)


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        (operations.record_leaving, EmploymentEnd.LEFT),
        (operations.retire_person, EmploymentEnd.RETIRED),
        (operations.record_death, EmploymentEnd.DECEASED),
    ],
)
def test_a_post_that_another_gives_takes_no_employee_out_of_the_units_hands(
    person: Person, manager: Person, deed: _Deed, reason: EmploymentEnd
) -> None:
    """The unit ends what is its own; account and posts elsewhere are left to who is over both."""
    PostFactory(person=person, organization=person.unit, role=Role.UNIT_MANAGER)
    elsewhere = PostFactory(person=person, organization=unit(), role=Role.UNIT_MANAGER).id
    with transaction():
        token = begin_session(person)

    person = _do(deed, manager, db.session.get_one(Person, person.id))

    assert (person.state, person.unit_id) == (PersonState.ACTIVE, None)
    assert employments_of(person)[0].end_reason is reason
    assert [post.id for post in person.posts if post.is_in_force] == [elsewhere]
    assert load_session_person(token) is not None
    _refused(Conflict, deed, manager, person)


def test_who_is_over_both_ends_everything(person: Person) -> None:
    PostFactory(person=person, organization=unit(), role=Role.UNIT_MANAGER)
    person = _do(operations.record_death, officer(), db.session.get_one(Person, person.id))
    assert (person.state, person.is_staff) == (PersonState.DECEASED, False)


@pytest.mark.parametrize("changes", [{"phone": "13900139000"}, {"phone": ""}, {"email": "a@b.cn"}])
def test_where_codes_are_sent_is_not_changed_for_whoever_has_a_say_above(
    person: Person, manager: Person, changes: dict[str, str]
) -> None:
    """With the phone or the e-mail the password could be reset, and the bureau be had."""
    person = _officer_of_the_bureau(person)
    with pytest.raises(NotAllowed):
        _edit(manager, person, **changes)
    db.session.rollback()
    _edit(manager, person, name="王䶮", phone="138 0013 8000")
    assert db.session.get_one(Person, person.id).name == "王䶮"


def test_an_officer_does_not_suspend_the_auditor_beside_them(person: Person) -> None:
    auditor = _officer_of_the_bureau(person, Role.BUREAU_AUDITOR)
    bureau = auditor.posts[0].organization
    beside = PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person
    _refused(NotAllowed, operations.suspend_person, beside, auditor)
    above = PostFactory(
        organization=OrganizationFactory(kind=OrganizationKind.BUREAU), role=Role.BUREAU_OFFICER
    ).person
    assert _do(operations.suspend_person, above, auditor).state is PersonState.SUSPENDED


def test_leaving_a_unit_ends_no_post_elsewhere(person: Person) -> None:
    elsewhere = PostFactory(person=person, organization=unit(), role=Role.UNIT_MANAGER)
    PostFactory(person=person, organization=person.unit, role=Role.UNIT_MANAGER)
    person = _do(operations.record_leaving, officer(), db.session.get_one(Person, person.id))
    assert [post.id for post in person.posts if post.is_in_force] == [elsewhere.id]


def test_the_page_offers_only_what_the_unit_may_do_with_whoever_has_a_say_above(
    client: FlaskClient, person: Person, manager: Person
) -> None:
    sign_in(client, manager)
    address = f"/manage/people/{person.id}"
    assert 'value="suspend"' in client.get(address).text
    _officer_of_the_bureau(person)
    page = client.get(address).text
    assert 'value="suspend"' not in page
    assert 'value="leave"' in page
    assert "在您管理范围之外担任岗位" in page
    done = client.post(f"{address}/state", data={"deed": "death"}, follow_redirects=True)
    assert "账号已关闭" not in done.text
    assert "由其上级办理" in done.text


def test_a_contact_is_confirmed_by_its_owner_and_by_nobody_else(
    person: Person, manager: Person
) -> None:
    """Also one that stays as it was: the page shows it, and asks for the password."""
    with transaction():
        operations.change_own_contact(person, person.password_hash, None, "wang@example.cn")
    assert db.session.get_one(Person, person.id).contact_confirmed_at is not None
    _edit(manager, person, title_level=TitleLevel.SENIOR)
    assert db.session.get_one(Person, person.id).contact_confirmed_at is not None
    _edit(manager, person, phone="13900139000")
    assert db.session.get_one(Person, person.id).contact_confirmed_at is None
