"""What two records of one person have studied becomes one, and nothing is lost or counted twice."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.catalog.quality_operations import mark_quality
from lms.certificates.models import Certificate, CertificateState, RevocationReason
from lms.certificates.operations import revoke_certificate
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.enrollments.models import CycleState
from lms.hourbank.models import Balance, BankPerson, EntryKind, LedgerEntry
from lms.hours.models import Credit
from lms.hours.queries import credits_of, own_sums
from lms.organizations.models import OrganizationKind
from lms.payments.models import Order, OrderState
from lms.watching.models import StudyClock
from tests.factories import (
    CourseFactory,
    CycleFactory,
    OrganizationFactory,
    PostFactory,
)
from tests.hours.support import ScriptedBank
from tests.memberships.support import complete, cycles_of, merge
from tests.payments.support import place, professional_course


@pytest.fixture
def bank(app: Flask, clock: Any) -> ScriptedBank:
    return ScriptedBank(app)


def _bank_sums(person: Person) -> dict[HourCategory, Hours]:
    query = (
        select(Balance)
        .join(BankPerson, BankPerson.id == Balance.person_id)
        .where(BankPerson.identity_hash == person.identity_hash, Balance.year == 2025)
    )
    return {row.category: row.hours for row in db.session.scalars(query) if row.hours}


def _own_sums(person: Person) -> dict[HourCategory, Hours]:
    return own_sums(credits_of(person, 2025))


def test_the_duplicates_certificate_is_reissued_and_its_hours_change_hands_in_the_bank(
    clerk: Person, pair: tuple[Person, Person], bank: ScriptedBank, tasks: Any
) -> None:
    survivor, duplicate = pair
    complete(survivor, hours=Hours(20))
    cycle = complete(duplicate, hours=Hours(35), category=HourCategory.PROFESSIONAL)
    tasks.run_all()
    assert _bank_sums(duplicate) == {HourCategory.PROFESSIONAL: Hours(35)}

    merge(clerk, survivor, duplicate)
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
    complete(survivor, course)
    complete(duplicate, course)
    tasks.run_all()

    merge(clerk, survivor, duplicate)
    tasks.run_all()

    assert _own_sums(survivor)[HourCategory.PUBLIC] == Hours(20)
    assert _bank_sums(survivor) == {HourCategory.PUBLIC: Hours(20)}
    assert _bank_sums(duplicate) == {}
    states = db.session.scalars(select(Certificate.state).order_by(Certificate.id)).all()
    assert states == [CertificateState.VALID, CertificateState.SUPERSEDED]
    assert len(cycles_of(survivor)) == len(cycles_of(duplicate)) == 1


def test_hours_that_the_bank_has_not_entered_yet_arrive_once(
    clerk: Person, pair: tuple[Person, Person], bank: ScriptedBank, tasks: Any
) -> None:
    survivor, duplicate = pair
    complete(duplicate, hours=Hours(25))

    merge(clerk, survivor, duplicate)
    tasks.run_all()
    tasks.run_all()

    assert _bank_sums(survivor) == {HourCategory.PUBLIC: Hours(25)}
    assert _bank_sums(duplicate) == {}


def test_revoked_hours_do_not_come_back_by_a_merger(
    clerk: Person, pair: tuple[Person, Person], bank: ScriptedBank, tasks: Any
) -> None:
    survivor, duplicate = pair
    complete(duplicate)
    certificate = db.session.scalars(select(Certificate)).one()
    base_manager = PostFactory(
        organization=certificate.cycle.course.base, role=Role.BASE_MANAGER
    ).person
    with transaction():
        revoke_certificate(base_manager, certificate, RevocationReason.PROXY, "代学")
    merge(clerk, survivor, duplicate)
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

    merge(clerk, survivor, duplicate)

    expected = [(course.id, number, state) for number, state in enumerate(kept, start=1)]
    assert cycles_of(survivor) == expected
    assert [state for *_rest, state in cycles_of(duplicate)] == left


def test_a_completed_course_ends_the_study_under_way_on_the_other_side(
    clerk: Person, pair: tuple[Person, Person]
) -> None:
    survivor, duplicate = pair
    course = CourseFactory()
    CycleFactory(person=survivor, course=course)
    complete(duplicate, course)

    merge(clerk, survivor, duplicate)

    states = [state for *_rest, state in cycles_of(survivor)]
    assert states == [CycleState.WITHDRAWN, CycleState.COMPLETED]
    assert db.session.scalars(select(Credit.person_id).order_by(Credit.id)).all() == [
        duplicate.id,
        survivor.id,
    ]


def test_the_duplicates_gate_is_shut(clerk: Person, pair: tuple[Person, Person]) -> None:
    survivor, duplicate = pair
    CycleFactory(person=duplicate)
    merge(clerk, survivor, duplicate)
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

    merge(clerk, survivor, duplicate)

    def owner(order: Order) -> tuple[int, OrderState]:
        found = db.session.get_one(Order, order.id)
        return found.person_id, found.state

    assert owner(kept) == (survivor.id, OrderState.PAID)
    assert owner(theirs) == (survivor.id, OrderState.PAID)
    assert owner(twice) == (duplicate.id, OrderState.PAID)
    assert owner(open_order) == (survivor.id, OrderState.CLOSED)


def test_hours_of_a_quality_course_follow_its_lecturer(
    bank: ScriptedBank, clerk: Person, pair: tuple[Person, Person], tasks: Any
) -> None:
    survivor, duplicate = pair
    course = CourseFactory(lecturer=duplicate, lecturer_name=duplicate.name)
    province = OrganizationFactory(kind=OrganizationKind.BUREAU)
    selector = PostFactory(organization=province, role=Role.BUREAU_OFFICER).person
    with transaction():
        mark_quality(selector, course)

    merge(clerk, survivor, duplicate)

    assert db.session.get_one(Course, course.id).lecturer_id == survivor.id
    assert _own_sums(survivor)[HourCategory.PUBLIC] == Hours(40)
    assert _own_sums(duplicate)[HourCategory.PUBLIC] == Hours(0)
    tasks.run_all()
    tasks.run_all()
    assert _bank_sums(survivor) == {HourCategory.PUBLIC: Hours(40)}
    assert _bank_sums(duplicate) == {}
