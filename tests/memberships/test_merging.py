"""Two records of one person become one, and nothing is lost or counted twice."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.employments import employments_of, leave_unit
from lms.accounts.enums import EmploymentEnd, PersonState
from lms.accounts.identity import read_phone
from lms.accounts.models import Person
from lms.accounts.sessions import begin_session, load_session_person
from lms.catalog.models import Course
from lms.catalog.quality_operations import mark_quality
from lms.certificates.models import Certificate, CertificateState, RevocationReason
from lms.certificates.operations import revoke_certificate
from lms.core import clock as present
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, DomainError, NotAllowed, NotFound
from lms.core.events import person_merged
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import complete_cycle
from lms.hourbank.models import Balance, BankPerson, EntryKind, LedgerEntry
from lms.hours.models import Credit
from lms.hours.queries import credits_of, own_sums
from lms.memberships.merging import MergeCause, merge_people
from lms.memberships.models import RequestSide
from lms.memberships.operations import request_membership
from lms.memberships.request_queries import open_request
from lms.organizations.models import OrganizationKind
from lms.payments.models import Order, OrderState
from lms.watching.models import StudyClock
from tests.factories import (
    CourseFactory,
    CycleFactory,
    OrganizationFactory,
    PersonFactory,
    PostFactory,
)
from tests.factories.organizations import bureau
from tests.factories.organizations import unit as city_unit
from tests.hours.support import ScriptedBank
from tests.memberships.support import manager_of, officer, register, unit
from tests.payments.support import place, professional_course


@pytest.fixture
def bank(app: Flask, clock: Any) -> ScriptedBank:
    return ScriptedBank(app)


@pytest.fixture
def clerk(app: Flask) -> Person:
    return officer()


@pytest.fixture
def pair(app: Flask) -> tuple[Person, Person]:
    school = unit()
    return PersonFactory(unit=school), PersonFactory(unit=school)


def _merge(clerk: Person, survivor: Person, duplicate: Person) -> None:
    with transaction():
        merge_people(clerk, survivor.id, duplicate.id, MergeCause.DOUBLE_ENTRY)


def _complete(person: Person, course: Course | None = None, **facts: Any) -> Cycle:
    cycle = CycleFactory(person=person, course=course or CourseFactory(**facts))
    with transaction():
        complete_cycle(db.session.get_one(Cycle, cycle.id))
    return cycle


def _cycles(person: Person) -> list[tuple[int, int, CycleState]]:
    query = (
        select(Cycle).where(Cycle.person_id == person.id).order_by(Cycle.course_id, Cycle.number)
    )
    return [(cycle.course_id, cycle.number, cycle.state) for cycle in db.session.scalars(query)]


def _bank_sums(person: Person) -> dict[HourCategory, Hours]:
    query = (
        select(Balance)
        .join(BankPerson, BankPerson.id == Balance.person_id)
        .where(BankPerson.identity_hash == person.identity_hash, Balance.year == 2025)
    )
    return {row.category: row.hours for row in db.session.scalars(query) if row.hours}


def _own_sums(person: Person) -> dict[HourCategory, Hours]:
    return own_sums(credits_of(person, 2025))


def test_the_duplicate_is_closed_and_leads_to_the_survivor(
    clerk: Person, pair: tuple[Person, Person]
) -> None:
    survivor, duplicate = pair
    PostFactory(person=duplicate, organization=duplicate.unit, role=Role.UNIT_MANAGER)
    with transaction():
        token = begin_session(duplicate)

    _merge(clerk, survivor, duplicate)

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

    _merge(clerk, known, waiting)

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
        _merge(clerk, survivor, stranger)


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
        _merge(clerk, survivor, stranger)


def test_an_empty_phone_is_filled_and_a_given_one_stays(
    clerk: Person, pair: tuple[Person, Person]
) -> None:
    survivor = PersonFactory(unit=pair[0].unit, contact_confirmed_at=present.now())
    duplicate = PersonFactory(unit=pair[0].unit, phone="13800138000", email="wang@example.cn")
    other = PersonFactory(unit=pair[0].unit, phone="13900139000", email="zhang@example.cn")

    _merge(clerk, survivor, duplicate)
    _merge(clerk, survivor, other)

    survivor = db.session.get_one(Person, survivor.id)
    assert read_phone(survivor) == "13800138000"
    assert survivor.contact_confirmed_at is None
    assert survivor.email == "wang@example.cn"


def test_the_duplicates_certificate_is_reissued_and_its_hours_change_hands_in_the_bank(
    clerk: Person, pair: tuple[Person, Person], bank: ScriptedBank, tasks: Any
) -> None:
    survivor, duplicate = pair
    _complete(survivor, hours=Hours(20))
    cycle = _complete(duplicate, hours=Hours(35), category=HourCategory.PROFESSIONAL)
    tasks.run_all()
    assert _bank_sums(duplicate) == {HourCategory.PROFESSIONAL: Hours(35)}

    _merge(clerk, survivor, duplicate)
    tasks.run_all()

    expected = {HourCategory.PUBLIC: Hours(20), HourCategory.PROFESSIONAL: Hours(35)}
    assert _own_sums(survivor) == _bank_sums(survivor) == expected
    assert _bank_sums(duplicate) == {}
    old, new = db.session.scalars(
        select(Certificate)
        .where(Certificate.category == HourCategory.PROFESSIONAL)
        .order_by(Certificate.id)
    )
    assert (old.state, old.superseded_by_id) == (CertificateState.SUPERSEDED, new.id)
    assert (new.state, new.person_id, new.cycle_id) == (
        CertificateState.VALID,
        survivor.id,
        cycle.id,
    )
    assert new.identity_tail == survivor.identity_tail
    reversed_hours = select(LedgerEntry.hours).where(LedgerEntry.kind == EntryKind.REVERSAL)
    assert db.session.scalars(reversed_hours).all() == [Hours(-35)]


def test_a_course_done_by_both_counts_once(
    clerk: Person, pair: tuple[Person, Person], bank: ScriptedBank, tasks: Any
) -> None:
    survivor, duplicate = pair
    course = CourseFactory(hours=Hours(20))
    _complete(survivor, course)
    _complete(duplicate, course)
    tasks.run_all()

    _merge(clerk, survivor, duplicate)
    tasks.run_all()

    assert _own_sums(survivor)[HourCategory.PUBLIC] == Hours(20)
    assert _bank_sums(survivor) == {HourCategory.PUBLIC: Hours(20)}
    assert _bank_sums(duplicate) == {}
    states = db.session.scalars(select(Certificate.state).order_by(Certificate.id)).all()
    assert states == [CertificateState.VALID, CertificateState.SUPERSEDED]
    assert len(_cycles(survivor)) == len(_cycles(duplicate)) == 1


def test_hours_that_the_bank_has_not_entered_yet_arrive_once(
    clerk: Person, pair: tuple[Person, Person], bank: ScriptedBank, tasks: Any
) -> None:
    survivor, duplicate = pair
    _complete(duplicate, hours=Hours(25))

    _merge(clerk, survivor, duplicate)
    tasks.run_all()
    tasks.run_all()

    assert _bank_sums(survivor) == {HourCategory.PUBLIC: Hours(25)}
    assert _bank_sums(duplicate) == {}


def test_revoked_hours_do_not_come_back_by_a_merger(
    clerk: Person, pair: tuple[Person, Person], bank: ScriptedBank, tasks: Any
) -> None:
    survivor, duplicate = pair
    _complete(duplicate)
    certificate = db.session.scalars(select(Certificate)).one()
    base_manager = PostFactory(
        organization=certificate.cycle.course.base, role=Role.BASE_MANAGER
    ).person
    with transaction():
        revoke_certificate(base_manager, certificate, RevocationReason.PROXY, "代学")
    _merge(clerk, survivor, duplicate)
    tasks.run_all()

    assert _own_sums(survivor)[HourCategory.PUBLIC] == Hours(0)
    assert _bank_sums(survivor) == _bank_sums(duplicate) == {}
    certificate = db.session.scalars(select(Certificate)).one()
    assert (certificate.state, certificate.person_id) == (CertificateState.REVOKED, survivor.id)


_S = CycleState


@pytest.mark.parametrize(
    ("ours", "theirs", "kept", "left"),
    [
        ([], [_S.ACTIVE], [_S.ACTIVE], []),
        ([], [_S.FAILED, _S.ACTIVE], [_S.FAILED, _S.ACTIVE], []),
        ([_S.WITHDRAWN], [_S.ACTIVE], [_S.WITHDRAWN, _S.ACTIVE], []),
        ([_S.FAILED], [_S.ACTIVE], [_S.FAILED, _S.ACTIVE], []),
        ([_S.ACTIVE], [_S.FAILED], [_S.ACTIVE], [_S.FAILED]),
        ([_S.ACTIVE], [_S.ACTIVE], [_S.ACTIVE], [_S.WITHDRAWN]),
        ([_S.FAILED], [_S.FAILED], [_S.FAILED], [_S.FAILED]),
    ],
)
def test_of_two_studies_of_a_course_the_one_that_came_further_is_kept(
    clerk: Person,
    pair: tuple[Person, Person],
    ours: list[CycleState],
    theirs: list[CycleState],
    kept: list[CycleState],
    left: list[CycleState],
) -> None:
    survivor, duplicate = pair
    course = CourseFactory()
    for person, states in ((survivor, ours), (duplicate, theirs)):
        for number, state in enumerate(states, start=1):
            CycleFactory(person=person, course=course, number=number, state=state)

    _merge(clerk, survivor, duplicate)

    expected = [(course.id, number, state) for number, state in enumerate(kept, start=1)]
    assert _cycles(survivor) == expected
    assert [state for *_rest, state in _cycles(duplicate)] == left


def test_a_completed_course_ends_the_study_under_way_on_the_other_side(
    clerk: Person, pair: tuple[Person, Person]
) -> None:
    survivor, duplicate = pair
    course = CourseFactory()
    CycleFactory(person=survivor, course=course)
    _complete(duplicate, course)

    _merge(clerk, survivor, duplicate)

    states = [state for *_rest, state in _cycles(survivor)]
    assert states == [CycleState.WITHDRAWN, CycleState.COMPLETED]
    assert db.session.scalars(select(Credit.person_id).order_by(Credit.id)).all() == [
        duplicate.id,
        survivor.id,
    ]


def test_the_duplicates_gate_is_shut(clerk: Person, pair: tuple[Person, Person]) -> None:
    survivor, duplicate = pair
    CycleFactory(person=duplicate)
    _merge(clerk, survivor, duplicate)
    assert db.session.get_one(StudyClock, duplicate.id).lease == 0


def test_orders_follow_and_what_is_paid_twice_stays_to_be_refunded(
    clerk: Person, pair: tuple[Person, Person]
) -> None:
    survivor, duplicate = pair
    both, only, waiting = (professional_course() for _ in range(3))
    kept = place(survivor, both)
    twice, theirs, open_order = (place(duplicate, each) for each in (both, only, waiting))
    for order in (kept, twice, theirs):
        order.state = OrderState.PAID
    db.session.commit()

    _merge(clerk, survivor, duplicate)

    def owner(order: Order) -> tuple[int, OrderState]:
        found = db.session.get_one(Order, order.id)
        return found.person_id, found.state

    assert owner(kept) == (survivor.id, OrderState.PAID)
    assert owner(theirs) == (survivor.id, OrderState.PAID)
    assert owner(twice) == (duplicate.id, OrderState.PAID)
    assert owner(open_order) == (survivor.id, OrderState.CLOSED)


def test_a_failure_on_the_way_merges_nothing(clerk: Person, pair: tuple[Person, Person]) -> None:
    survivor, duplicate = pair
    _complete(duplicate)

    def fail(_survivor: Person, **_more: Any) -> None:
        raise RuntimeError("the last receiver fails")

    with person_merged.connected_to(fail), pytest.raises(RuntimeError):
        _merge(clerk, survivor, duplicate)

    assert db.session.get_one(Person, duplicate.id).state is PersonState.ACTIVE
    assert len(_cycles(duplicate)) == 1
    assert db.session.scalar(select(func.count(Credit.id))) == 1
    assert db.session.scalars(select(Certificate.state)).one() is CertificateState.VALID


def test_both_records_stand_in_the_audit_trail(clerk: Person, pair: tuple[Person, Person]) -> None:
    survivor, duplicate = pair
    _merge(clerk, survivor, duplicate)
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
    _merge(clerk, pair[0], pair[1])
    _merge(clerk, last, pair[0])
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
            _merge(actor, first, second)
        db.session.rollback()
    _merge(clerk, survivor, duplicate)
    with pytest.raises(Conflict):
        _merge(clerk, survivor, duplicate)


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
        _merge(clerk, survivor, duplicate)
    db.session.rollback()
    assert db.session.get_one(Person, duplicate.id).state is PersonState.ACTIVE


def test_each_record_of_a_merger_stands_under_the_unit_in_charge_of_it(clerk: Person) -> None:
    school, hospital, factory = unit(), unit(), unit()
    survivor, duplicate = PersonFactory(unit=school), PersonFactory(unit=hospital)
    waiting = register(factory)
    with transaction():
        leave_unit(db.session.get_one(Person, survivor.id), EmploymentEnd.LEFT, None)

    _merge(clerk, survivor, duplicate)
    _merge(clerk, survivor, waiting)

    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_PERSON_MERGE.value)
    events = db.session.scalars(query.order_by(AuditEvent.id)).all()
    told = [(event.detail["role"], event.organization_id) for event in events]
    assert told == [
        ("survivor", school.id),
        ("duplicate", hospital.id),
        ("survivor", hospital.id),
        ("duplicate", factory.id),
    ]


def test_hours_of_a_quality_course_follow_its_lecturer(
    bank: ScriptedBank, clerk: Person, pair: tuple[Person, Person], tasks: Any
) -> None:
    survivor, duplicate = pair
    course = CourseFactory(lecturer=duplicate, lecturer_name=duplicate.name)
    province = OrganizationFactory(kind=OrganizationKind.BUREAU)
    selector = PostFactory(organization=province, role=Role.BUREAU_OFFICER).person
    with transaction():
        mark_quality(selector, course)

    _merge(clerk, survivor, duplicate)

    assert db.session.get_one(Course, course.id).lecturer_id == survivor.id
    assert _own_sums(survivor)[HourCategory.PUBLIC] == Hours(40)
    assert _own_sums(duplicate)[HourCategory.PUBLIC] == Hours(0)
    tasks.run_all()
    tasks.run_all()
    assert _bank_sums(survivor) == {HourCategory.PUBLIC: Hours(40)}
    assert _bank_sums(duplicate) == {}
