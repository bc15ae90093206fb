"""Two records of one person become one: who they are, whose they are, who may do it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.employments import employments_of, leave_unit
from lms.accounts.enums import EmploymentEnd, PersonState
from lms.accounts.identity import read_phone
from lms.accounts.models import Person
from lms.accounts.sessions import begin_session, load_session_person
from lms.certificates.models import Certificate, CertificateState
from lms.core import clock as present
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Conflict, DomainError, NotAllowed, NotFound
from lms.core.events import person_merged
from lms.core.permissions import Role
from lms.hours.models import Credit
from lms.memberships.models import RequestSide
from lms.memberships.operations import request_membership
from lms.memberships.request_queries import open_request
from tests.factories import (
    PersonFactory,
    PostFactory,
)
from tests.factories.organizations import bureau
from tests.factories.organizations import unit as city_unit
from tests.memberships.support import complete, cycles_of, manager_of, merge, register, unit


def test_the_duplicate_is_closed_and_leads_to_the_survivor(
    clerk: Person, pair: tuple[Person, Person]
) -> None:
    survivor, duplicate = pair
    PostFactory(person=duplicate, organization=duplicate.unit, role=Role.UNIT_MANAGER)
    with transaction():
        token = begin_session(duplicate)

    merge(clerk, survivor, duplicate)

    duplicate = db.session.get_one(Person, duplicate.id)
    assert (duplicate.state, duplicate.merged_into_id) == (PersonState.MERGED, survivor.id)
    assert not duplicate.is_active
    assert not duplicate.is_staff
    assert load_session_person(token) is None
    assert duplicate.unit_id is None
    assert employments_of(duplicate)[0].end_reason is EmploymentEnd.MERGED


def test_whoever_registered_a_second_time_is_merged_before_a_unit_approves(clerk: Person) -> None:
    school = unit()
    known, waiting = PersonFactory(unit=school), register(school)

    merge(clerk, known, waiting)

    assert db.session.get_one(Person, waiting.id).merged_into_id == known.id
    assert open_request(waiting) is None


@pytest.mark.parametrize("side", [RequestSide.NEW_UNIT, RequestSide.OLD_UNIT])
def test_what_a_unit_asks_for_puts_nobody_within_reach_of_its_bureau(
    app: Flask, side: RequestSide
) -> None:
    """Else an officer would ask for a stranger and merge them before they could say no."""
    clerk = PostFactory(
        organization=bureau("日照市人社局", "371100"), role=Role.BUREAU_OFFICER
    ).person
    ours, theirs = city_unit("日照机械厂", "371102"), city_unit("烟台造船厂", "370600")
    survivor, stranger = PersonFactory(unit=ours), PersonFactory(unit=theirs)
    with transaction():
        request_membership(clerk, stranger, ours, side=side)

    with pytest.raises(NotFound):
        merge(clerk, survivor, stranger)


@pytest.mark.parametrize("state", [PersonState.PENDING, PersonState.ACTIVE])
def test_asking_for_somebody_without_a_unit_puts_them_within_nobodys_reach(
    app: Flask, state: PersonState
) -> None:
    clerk = PostFactory(
        organization=bureau("日照市人社局", "371100"), role=Role.BUREAU_OFFICER
    ).person
    ours = city_unit("日照机械厂", "371102")
    survivor, stranger = PersonFactory(unit=ours), PersonFactory(state=state)
    with transaction():
        request_membership(clerk, stranger, ours, side=RequestSide.NEW_UNIT)

    with pytest.raises(NotFound):
        merge(clerk, survivor, stranger)


def test_an_empty_phone_is_filled_and_a_given_one_stays(
    clerk: Person, pair: tuple[Person, Person]
) -> None:
    survivor = PersonFactory(unit=pair[0].unit, contact_confirmed_at=present.now())
    duplicate = PersonFactory(unit=pair[0].unit, phone="13800138000", email="wang@example.cn")
    other = PersonFactory(unit=pair[0].unit, phone="13900139000", email="zhang@example.cn")

    merge(clerk, survivor, duplicate)
    merge(clerk, survivor, other)

    survivor = db.session.get_one(Person, survivor.id)
    assert read_phone(survivor) == "13800138000"
    assert survivor.contact_confirmed_at is None
    assert survivor.email == "wang@example.cn"


def test_a_failure_on_the_way_merges_nothing(clerk: Person, pair: tuple[Person, Person]) -> None:
    survivor, duplicate = pair
    complete(duplicate)

    def fail(_survivor: Person, **_more: Any) -> None:
        raise RuntimeError("the last receiver fails")

    with person_merged.connected_to(fail), pytest.raises(RuntimeError):
        merge(clerk, survivor, duplicate)

    assert db.session.get_one(Person, duplicate.id).state is PersonState.ACTIVE
    assert len(cycles_of(duplicate)) == 1
    assert db.session.scalar(select(func.count(Credit.id))) == 1
    assert db.session.scalars(select(Certificate.state)).one() is CertificateState.VALID


def test_both_records_stand_in_the_audit_trail(clerk: Person, pair: tuple[Person, Person]) -> None:
    survivor, duplicate = pair
    merge(clerk, survivor, duplicate)
    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_PERSON_MERGE.value)
    events = db.session.scalars(query.order_by(AuditEvent.id)).all()
    assert {event.subject for event in events} == {
        f"person:{survivor.id}",
        f"person:{duplicate.id}",
    }
    for event in events:
        assert event.actor_id == clerk.id
        assert (event.detail["survivor"], event.detail["duplicate"]) == (survivor.id, duplicate.id)


def test_who_was_merged_before_leads_straight_to_the_last_survivor(
    clerk: Person, pair: tuple[Person, Person]
) -> None:
    last = PersonFactory(unit=pair[0].unit)
    merge(clerk, pair[0], pair[1])
    merge(clerk, last, pair[0])
    assert db.session.get_one(Person, pair[1].id).merged_into_id == last.id


def test_only_a_bureau_merges_and_only_its_own_people(
    clerk: Person, pair: tuple[Person, Person]
) -> None:
    survivor, duplicate = pair
    stranger = PersonFactory()
    cases: list[tuple[Person, Person, Person, type[DomainError]]] = [
        (manager_of(survivor.unit), survivor, duplicate, NotFound),
        (clerk, survivor, stranger, NotFound),
        (clerk, survivor, survivor, DomainError),
    ]
    for actor, first, second, error in cases:
        with pytest.raises(error):
            merge(actor, first, second)
        db.session.rollback()
    merge(clerk, survivor, duplicate)
    with pytest.raises(Conflict):
        merge(clerk, survivor, duplicate)


@pytest.mark.parametrize("is_survivor", [True, False])
def test_nobody_is_merged_whose_posts_are_out_of_reach(app: Flask, is_survivor: bool) -> None:
    """A merger ends posts, and gives the survivor the phone with which the password is reset."""
    clerk = PostFactory(
        organization=bureau("日照市人社局", "371100"), role=Role.BUREAU_OFFICER
    ).person
    school = city_unit("日照机械厂", "371102")
    survivor, duplicate = PersonFactory(unit=school), PersonFactory(unit=school)
    PostFactory(
        person=survivor if is_survivor else duplicate,
        organization=bureau("山东省人社厅", "370000"),
        role=Role.BUREAU_OFFICER,
    )
    with pytest.raises(NotAllowed):
        merge(clerk, survivor, duplicate)
    db.session.rollback()
    assert db.session.get_one(Person, duplicate.id).state is PersonState.ACTIVE


def test_each_record_of_a_merger_stands_under_the_unit_in_charge_of_it(clerk: Person) -> None:
    school, hospital, factory = unit(), unit(), unit()
    survivor, duplicate = PersonFactory(unit=school), PersonFactory(unit=hospital)
    waiting = register(factory)
    with transaction():
        leave_unit(db.session.get_one(Person, survivor.id), EmploymentEnd.LEFT, None)

    merge(clerk, survivor, duplicate)
    merge(clerk, survivor, waiting)

    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_PERSON_MERGE.value)
    events = db.session.scalars(query.order_by(AuditEvent.id)).all()
    told = [(event.detail["role"], event.organization_id) for event in events]
    assert told == [
        ("survivor", school.id),
        ("duplicate", hospital.id),
        ("survivor", hospital.id),
        ("duplicate", factory.id),
    ]
