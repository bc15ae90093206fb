"""A number that somebody registered who was refused: the roster gives it to whom it belongs to."""

import pytest

from lms.accounts.employments import employments_of
from lms.accounts.enums import EmploymentEnd, PersonState
from lms.accounts.identity import IdentityPurpose, read_identity_number, read_phone
from lms.accounts.models import Employment, Person
from lms.accounts.sessions import begin_session, load_session_person
from lms.activation.models import CodeChannel, CodePurpose, OneTimeCode
from lms.administration.registration import register_unit
from lms.core import clock as now
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.memberships.operations import cancel_request, request_membership
from lms.organizations.models import Organization, OrganizationState
from lms.roster.applying import apply_now
from lms.roster.enums import RosterState
from lms.roster.freshness import is_fresh
from lms.roster.models import RosterImport
from lms.roster.operations import request_apply
from lms.second_factor.models import RecoveryCode, TotpDevice
from tests.administration.support import unit_facts
from tests.factories import PersonFactory
from tests.factories import organizations as make
from tests.roster.support import (
    applied,
    apply,
    checked,
    counts,
    just,
    only_problem,
    row,
    unit_named,
    workbook,
)
from tests.waiting import second_of


@pytest.fixture
def squatter(unit):
    """Somebody with the number of row 1 whom a unit refused; a name and contacts of their own."""
    return PersonFactory(
        name="李鬼",
        identity_number=row(1)[2],
        phone="13900139000",
        email="squatter@example.com",
        username="squatter",
        contact_confirmed_at=now.now(),
        state=PersonState.REFUSED,
    )


def test_a_refused_record_becomes_the_person_of_the_row(manager, unit, squatter):
    roster = checked(manager, workbook([row(1), row(2)]))
    assert counts(roster) == just(new=2)
    apply(manager, roster)
    db.session.refresh(squatter)
    assert (squatter.name, squatter.state, squatter.unit_id) == (
        row(1)[0],
        PersonState.ACTIVE,
        unit.id,
    )
    assert (read_phone(squatter), squatter.email) == (row(1)[3], row(1)[4])
    assert squatter.contact_confirmed_at is None
    assert read_identity_number(squatter, IdentityPurpose.REVIEW, manager.id) == row(1)[2]
    assert [stay.organization_id for stay in employments_of(squatter)] == [unit.id]
    assert counts(checked(manager, workbook([row(1)]))) == just(unchanged=1)


def test_nothing_of_whoever_was_refused_opens_the_account(manager, squatter):
    with transaction():
        token = begin_session(squatter)
        db.session.add(
            OneTimeCode(
                person_id=squatter.id,
                purpose=CodePurpose.RESET,
                channel=CodeChannel.MAIL,
                code_hash="0" * 64,
                expires_at=now.end_of_day(now.today()),
            )
        )
        db.session.add(RecoveryCode(person_id=squatter.id, code_hash="0" * 64))
        db.session.add(TotpDevice(person_id=squatter.id, record_key="k", secret_cipher=b"s"))
    assert load_session_person(token) is not None

    applied(manager, workbook([row(1)]))

    db.session.refresh(squatter)
    assert not squatter.is_activated
    assert (squatter.username, squatter.password_set_at) == (None, None)
    assert load_session_person(token) is None
    assert db.session.query(OneTimeCode).one().voided_at is not None
    assert db.session.query(RecoveryCode).count() == 0
    assert db.session.query(TotpDevice).count() == 0


@pytest.fixture
def waiting(squatter):
    """The same, whom no unit has refused yet."""
    with transaction():
        db.session.get_one(Person, squatter.id).state = PersonState.PENDING
    return squatter


def test_a_record_that_waits_for_nobody_is_taken_over(manager, unit, waiting):
    """Whoever takes their own request back leaves a record that no unit could ever decide on."""
    with transaction():
        request = request_membership(waiting, waiting, unit_named("别的单位"))
    assert only_problem(manager, row(1)) == (2, "C", "pending")
    with transaction():
        cancel_request(waiting, request.id)
    applied(manager, workbook([row(1)]))
    db.session.refresh(waiting)
    assert (waiting.name, waiting.state, waiting.unit_id, waiting.is_activated) == (
        row(1)[0],
        PersonState.ACTIVE,
        unit.id,
        False,
    )


def test_whoever_was_refused_the_unit_they_registered_is_taken_over(manager, waiting):
    registered = unit_named("新单位", registered_by_id=waiting.id, state=OrganizationState.PENDING)
    assert only_problem(manager, row(1)) == (2, "C", "pending")
    with transaction():
        db.session.get_one(Organization, registered.id).state = OrganizationState.REFUSED
    assert counts(applied(manager, workbook([row(1)]))) == just(new=1)
    db.session.refresh(waiting)
    assert waiting.name == row(1)[0]


@pytest.mark.parametrize("is_armed", [True, False])
def test_a_factor_that_goes_stands_in_the_audit_trail(manager, squatter, is_armed):
    if is_armed:
        with transaction():
            device = TotpDevice(person_id=squatter.id, record_key="k", secret_cipher=b"s")
            device.confirmed_at = now.now()
            db.session.add(device)
    applied(manager, workbook([row(1)]))
    tag = AuditTag.ACCOUNTS_FACTOR_RESET.value
    events = db.session.query(AuditEvent).filter_by(tag=tag, subject=f"person:{squatter.id}")
    assert [event.actor_id for event in events] == ([manager.id] if is_armed else [])


def test_contacts_that_the_row_does_not_give_do_not_stay(manager, squatter):
    applied(manager, workbook([row(1, 手机号码="", 电子邮箱="")]))
    db.session.refresh(squatter)
    assert (read_phone(squatter), squatter.phone_hash, squatter.email) == (None, None, None)


def test_whoever_belonged_to_a_unit_before_is_not_taken_over(manager, unit, squatter):
    stay = Employment(person_id=squatter.id, organization_id=unit.id)
    stay.ended_on, stay.end_reason = now.today(), EmploymentEnd.LEFT
    with transaction():
        db.session.add(stay)
    assert only_problem(manager, row(1)) == (2, "C", "registration_refused")


def test_whoever_waits_for_a_unit_they_registered_is_not_taken_over(manager, squatter):
    unit_named("新单位", state=OrganizationState.PENDING, registered_by_id=squatter.id)
    assert only_problem(manager, row(1)) == (2, "C", "registration_refused")


@pytest.mark.parametrize("change", ["request", "state", "employment", "unit"])
def test_what_has_happened_since_the_check_is_looked_at_again(manager, unit, squatter, change):
    roster = checked(manager, workbook([row(1)]))
    with transaction():
        if change == "state":
            db.session.get_one(Person, squatter.id).state = PersonState.SUSPENDED
        elif change == "request":
            person = db.session.get_one(Person, squatter.id)
            person.state = PersonState.PENDING
            request_membership(person, person, unit)
        elif change == "employment":
            db.session.add(Employment(person_id=squatter.id, organization_id=unit.id))
        else:
            unit_named("新单位", state=OrganizationState.PENDING, registered_by_id=squatter.id)
    with transaction():
        request_apply(manager, roster, roster.checks)
    assert apply_now(roster.id)
    db.session.refresh(roster)
    db.session.refresh(squatter)
    assert (roster.state, squatter.name) == (RosterState.OUTDATED, "李鬼")


def test_whoever_is_just_registering_a_unit_is_not_taken_over(app, manager, squatter):
    """Their row is held and not changed, so nothing but a look after it was held tells."""
    roster_id = checked(manager, workbook([row(1)])).id
    manager_id, squatter_id = manager.id, squatter.id

    make.division("371102")

    def register():
        return register_unit(unit_facts(), db.session.get_one(Person, squatter_id))

    def look():
        actor = db.session.get_one(Person, manager_id)
        return is_fresh(db.session.get_one(RosterImport, roster_id), actor)

    assert second_of(app, register, look) is False
