"""Requests: who decides them, once, and what a move takes along."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.employments import employments_of, join_unit
from lms.accounts.enums import EmploymentEnd, PersonState
from lms.accounts.models import Person
from lms.accounts.rules import normalize_name
from lms.administration.organization_operations import close_organization
from lms.administration.post_operations import hand_over
from lms.core.db import db, hold, transaction
from lms.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from lms.core.permissions import Role
from lms.enrollments.models import CycleState
from lms.exams.models import RestudyApplication
from lms.exams.queries import applications_to_see
from lms.hours.queries import credits_of
from lms.memberships import operations, request_queries
from lms.memberships.models import MembershipRequest, RequestSide, RequestState
from lms.memberships.person_operations import record_leaving
from lms.organizations.models import Organization, OrganizationState
from tests.factories import CycleFactory, PersonFactory, PostFactory
from tests.hours.support import earn
from tests.memberships.support import (
    after_joining,
    in_parallel,
    manager_of,
    officer,
    register,
    unit,
    waiting_request,
)
from tests.waiting import second_of


def _decide(
    actor: Person, request: MembershipRequest, approve: bool = True, reason: str = ""
) -> MembershipRequest:
    with transaction():
        decided = operations.decide_request(
            db.session.get_one(Person, actor.id), request.id, approve=approve, reason=reason
        )
    return decided


def _refused(error: type[DomainError], work: Callable[[], object]) -> DomainError:
    with pytest.raises(error) as refusal:
        work()
    db.session.rollback()
    return refusal.value


def _request_of(person: Person) -> MembershipRequest:
    found = request_queries.last_request(person)
    assert found is not None
    return found


def test_an_approved_registration_makes_a_member_who_may_study(app: Flask) -> None:
    school = unit()
    person = register(school)

    _decide(manager_of(school), _request_of(person))

    person = db.session.get_one(Person, person.id)
    assert (person.state, person.unit_id, person.may_study) == (
        PersonState.ACTIVE,
        school.id,
        True,
    )
    assert [stay.organization_id for stay in employments_of(person)] == [school.id]


def test_a_refusal_needs_a_reason_and_is_told(app: Flask) -> None:
    school = unit()
    person = register(school)
    request, manager = _request_of(person), manager_of(school)

    refusal = _refused(Invalid, lambda: _decide(manager, request, approve=False, reason="  "))
    assert refusal.field == "reason"
    _decide(manager, request, approve=False, reason="查无此人")

    assert db.session.get_one(Person, person.id).state is PersonState.REFUSED
    assert _request_of(person).reason == "查无此人"


def test_another_unit_learns_nothing_of_a_request(app: Flask) -> None:
    person = register(unit())
    stranger = manager_of(unit())

    _refused(NotFound, lambda: _decide(stranger, _request_of(person)))
    assert db.session.scalars(request_queries.requests_to_decide(stranger)).all() == []


def test_the_bureau_may_decide_for_a_unit_and_an_auditor_may_not(app: Flask) -> None:
    school = unit()
    first, second = register(school), register(school, "11010519491231002X")
    auditor = PostFactory(
        organization=school.parent or officer().posts[0].organization, role=Role.BUREAU_AUDITOR
    ).person

    _refused(NotFound, lambda: _decide(auditor, _request_of(first)))
    _decide(officer(), _request_of(first))
    assert db.session.get_one(Person, first.id).unit_id == school.id
    assert db.session.get_one(Person, second.id).unit_id is None


def test_nobody_decides_their_own_request(app: Flask) -> None:
    old, new = unit(), unit()
    manager = PersonFactory(unit=old)
    PostFactory(person=manager, organization=new, role=Role.UNIT_MANAGER)
    request = waiting_request(manager, new)

    _refused(NotAllowed, lambda: _decide(manager, request))
    assert db.session.scalars(request_queries.requests_to_decide(manager)).all() == []
    assert _request_of(manager).is_pending


def test_parallel_decisions_decide_once(app: Flask) -> None:
    school = unit()
    person = register(school)
    request_id = _request_of(person).id
    managers = [manager_of(school).id for _ in range(8)]

    def decide(number: int) -> str:
        with transaction():
            operations.decide_request(
                db.session.get_one(Person, managers[number]),
                request_id,
                approve=number % 2 == 0,
                reason="查无此人",
            )
        return "done"

    results = in_parallel(app, 8, decide)

    assert results.count("done") == 1
    assert {type(result) for result in results if result != "done"} <= {Conflict} | set(
        Conflict.__subclasses__()
    )
    person = db.session.get_one(Person, person.id)
    is_approved = _request_of(person).state is RequestState.APPROVED
    assert (person.unit_id == school.id) is is_approved
    assert len(employments_of(person)) == (1 if is_approved else 0)


def test_several_are_approved_at_once_and_those_settled_meanwhile_are_counted(
    app: Flask,
) -> None:
    school = unit()
    people = [register(school, number) for number in ("11010519491231002X", None)]
    requests = [_request_of(person) for person in people]
    manager = manager_of(school)
    _decide(manager, requests[0])

    with transaction():
        done = operations.approve_requests(manager, [request.id for request in requests])

    assert done == (1, 1)
    assert {db.session.get_one(Person, each.id).unit_id for each in people} == {school.id}


def test_one_foreign_request_among_several_stops_them_all(app: Flask) -> None:
    school = unit()
    ours, theirs = register(school), register(unit(), "11010519491231002X")
    manager = manager_of(school)

    def approve() -> None:
        with transaction():
            operations.approve_requests(manager, [_request_of(ours).id, _request_of(theirs).id])

    _refused(NotFound, approve)
    assert db.session.get_one(Person, ours.id).unit_id is None


def test_a_person_has_one_open_request(app: Flask) -> None:
    person = register(unit())
    _refused(Conflict, lambda: waiting_request(person, unit()))


def test_a_move_keeps_history_and_takes_the_hours_along(app: Flask, clock: object) -> None:
    old, new = unit(), unit()
    credit = earn()
    person = credit.person
    with transaction():
        from_old = operations.request_membership(person, person, old)
    _decide(manager_of(old), from_old)

    _decide(manager_of(new), waiting_request(person, new))

    person = db.session.get_one(Person, person.id)
    assert person.unit_id == new.id
    stays = [
        (stay.organization_id, stay.ended_on, stay.end_reason) for stay in employments_of(person)
    ]
    assert stays == [
        (new.id, None, None),
        (old.id, dt.date(2025, 6, 2), EmploymentEnd.MOVED),
    ]
    assert [each.id for each in credits_of(person, credit.year)] == [credit.id]


def test_a_post_in_the_old_unit_ends_with_the_move_and_one_elsewhere_goes_on(app: Flask) -> None:
    old, new = unit(), unit()
    person = PersonFactory(unit=old)
    PostFactory(person=person, organization=old, role=Role.UNIT_MANAGER)
    elsewhere = PostFactory(person=person, organization=unit(), role=Role.UNIT_MANAGER)

    _decide(manager_of(new), waiting_request(person, new))

    person = db.session.get_one(Person, person.id)
    assert [post.id for post in person.posts if post.is_in_force] == [elsewhere.id]


def test_a_post_of_whoever_had_no_unit_goes_on_when_they_join_one(app: Flask) -> None:
    new, person = unit(), PersonFactory()
    post = PostFactory(person=person, organization=unit(), role=Role.UNIT_MANAGER)

    _decide(manager_of(new), waiting_request(person, new))

    person = db.session.get_one(Person, person.id)
    assert [each.id for each in person.posts if each.is_in_force] == [post.id]


def test_what_waits_for_the_unit_follows_to_the_new_one(app: Flask) -> None:
    old, new = unit(), unit()
    person = PersonFactory(unit=old)
    cycle = CycleFactory(person=person, state=CycleState.FAILED)
    db.session.add(RestudyApplication(cycle_id=cycle.id, reason="请准予重新学习"))
    db.session.commit()
    before, after = manager_of(old), manager_of(new)
    assert len(db.session.scalars(applications_to_see(before)).all()) == 1

    _decide(after, waiting_request(person, new))

    assert db.session.scalars(applications_to_see(before)).all() == []
    assert len(db.session.scalars(applications_to_see(after)).all()) == 1


def test_the_old_unit_proposes_and_the_new_one_decides(app: Flask) -> None:
    old, new = unit(), unit()
    person = PersonFactory(unit=old)
    proposer, receiver = manager_of(old), manager_of(new)
    with transaction():
        request = operations.propose_move(proposer, person, new, "")

    _refused(NotFound, lambda: _decide(proposer, request))
    assert [each.id for each in db.session.scalars(request_queries.requests_asked(proposer))] == [
        request.id
    ]
    _decide(receiver, request)
    assert db.session.get_one(Person, person.id).unit_id == new.id


def test_a_unit_proposes_only_its_own_people(app: Flask) -> None:
    person, stranger, new = PersonFactory(unit=unit()), manager_of(unit()), unit()
    _refused(NotFound, lambda: operations.propose_move(stranger, person, new, ""))


def test_a_unit_proposes_nobody_who_has_left_it_meanwhile(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = unit(), unit()
    person, proposer = PersonFactory(unit=old), manager_of(old)
    monkeypatch.setattr(operations, "hold", after_joining(unit()))

    def propose() -> None:
        with transaction():
            operations.propose_move(proposer, person, new, "")

    _refused(NotFound, propose)


def _ask(asker: Person, new: Organization, person: Person | None, name: str) -> MembershipRequest:
    with transaction():
        made = operations.ask_for_person(asker, new, person, normalize_name(name), "欢迎")
    return made


def test_no_unit_pulls_anybody_over_unasked(app: Flask) -> None:
    old, new = unit(), unit()
    person = PersonFactory(unit=old)
    asker = manager_of(new)
    request = _ask(asker, new, person, "王小明")

    assert request.side is RequestSide.NEW_UNIT
    assert db.session.get_one(Person, person.id).unit_id == old.id
    _refused(NotAllowed, lambda: _decide(asker, request))
    _refused(NotAllowed, lambda: _decide(manager_of(new), request))
    with transaction():
        assert operations.approve_requests(asker, [request.id]) == (0, 1)
    assert db.session.get_one(Person, person.id).unit_id == old.id

    _decide(person, request)
    assert db.session.get_one(Person, person.id).unit_id == new.id


def test_the_old_unit_may_agree_in_the_persons_place(app: Flask) -> None:
    old, new = unit(), unit()
    person = PersonFactory(unit=old)
    request = _ask(manager_of(new), new, person, "王小明")
    _decide(manager_of(old), request)
    assert db.session.get_one(Person, person.id).unit_id == new.id


def test_a_wrong_name_and_an_unknown_number_get_the_same_answer(app: Flask) -> None:
    new = unit()
    person, asker = PersonFactory(unit=unit()), manager_of(new)
    wrong_name = _refused(Invalid, lambda: _ask(asker, new, person, "李四"))
    unknown = _refused(Invalid, lambda: _ask(asker, new, None, "李四"))
    assert str(wrong_name.message) == str(unknown.message)
    assert wrong_name.field == unknown.field == "identity_number"


def test_a_unit_asks_for_itself_only(app: Flask) -> None:
    new, person = unit(), PersonFactory(unit=unit())
    _refused(Invalid, lambda: _ask(manager_of(unit()), new, person, "王小明"))


def test_whoever_asked_takes_it_back_and_nobody_else(app: Flask) -> None:
    old, new = unit(), unit()
    person = PersonFactory(unit=old)
    request = waiting_request(person, new)

    def cancel(actor: Person) -> None:
        with transaction():
            operations.cancel_request(actor, request.id)

    _refused(NotFound, lambda: cancel(PersonFactory()))
    _refused(NotFound, lambda: cancel(manager_of(new)))
    cancel(person)
    assert _request_of(person).state is RequestState.CANCELLED
    _refused(Conflict, lambda: cancel(person))


def test_nobody_is_admitted_to_a_unit_that_was_closed_meanwhile(app: Flask) -> None:
    school = unit()
    person = register(school)
    manager = manager_of(school)
    school.state = OrganizationState.CLOSED
    db.session.commit()

    _refused(Conflict, lambda: _decide(manager, _request_of(person)))
    assert db.session.scalars(select(Person.state).where(Person.id == person.id)).one() is (
        PersonState.PENDING
    )


def test_a_request_from_a_unit_that_was_left_moves_nobody(app: Flask) -> None:
    first, second, third = unit(), unit(), unit()
    person = PersonFactory(unit=first)
    request = waiting_request(person, second)
    with transaction():
        join_unit(db.session.get_one(Person, person.id), third, None)

    _refused(Conflict, lambda: _decide(manager_of(second), request))

    assert db.session.get_one(Person, person.id).unit_id == third.id
    assert _request_of(person).is_pending


def _approval(boss_id: int, request_id: int, several: bool) -> Callable[[], object]:
    def approve() -> object:
        actor = db.session.get_one(Person, boss_id)
        if several:
            return operations.approve_requests(actor, [request_id])
        return operations.decide_request(actor, request_id, approve=True)

    return approve


def _closing(boss_id: int, unit_id: int) -> Callable[[], object]:
    return lambda: close_organization(db.session.get_one(Person, boss_id), unit_id)


@pytest.mark.parametrize("several", [False, True])
def test_nobody_joins_a_unit_that_is_just_being_closed(app: Flask, several: bool) -> None:
    closing, person = unit(), PersonFactory()
    request_id, boss_id = waiting_request(person, closing).id, officer().id

    outcome = second_of(app, _closing(boss_id, closing.id), _approval(boss_id, request_id, several))

    assert outcome == (0, 1) if several else isinstance(outcome, Conflict)
    assert db.session.get_one(Person, person.id).unit_id is None
    assert not db.session.get_one(Organization, closing.id).is_approved


@pytest.mark.parametrize("several", [False, True])
def test_no_unit_is_closed_that_somebody_is_just_joining(app: Flask, several: bool) -> None:
    joined, person = unit(), PersonFactory()
    request_id, boss_id = waiting_request(person, joined).id, officer().id

    outcome = second_of(app, _approval(boss_id, request_id, several), _closing(boss_id, joined.id))

    assert isinstance(outcome, Conflict)
    assert db.session.get_one(Person, person.id).unit_id == joined.id
    assert db.session.get_one(Organization, joined.id).is_approved


def test_asking_for_a_unit_and_its_post_at_the_same_time_waits_for_neither_forever(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post is handed over to the very person who asks, by who holds the organization first."""
    new = unit()
    person = PersonFactory()
    post = PostFactory(organization=new, role=Role.UNIT_MANAGER)
    post_id, boss_id, person_id, new_id = post.id, post.person_id, person.id, new.id
    outcomes = []

    def give() -> None:
        with app.app_context(), transaction():
            successor = db.session.get_one(Person, person_id)
            hand_over(db.session.get_one(Person, boss_id), post_id, successor)
            outcomes.append("handed over")

    other = threading.Thread(target=give)

    def hold_and_be_overtaken(row: Person) -> None:
        hold(row)
        other.start()
        other.join(timeout=0.5)

    monkeypatch.setattr(operations, "hold", hold_and_be_overtaken)
    with transaction():
        asker = db.session.get_one(Person, person_id)
        operations.ask_for_oneself(asker, db.session.get_one(Organization, new_id), "")
    other.join()

    assert outcomes == ["handed over"]
    assert _request_of(db.session.get_one(Person, person_id)).to_id == new_id


def test_whoever_leaves_takes_the_open_request_back(app: Flask) -> None:
    first, second = unit(), unit()
    person = PersonFactory(unit=first)
    request = waiting_request(person, second)

    with transaction():
        record_leaving(manager_of(first), person.id)

    assert db.session.get_one(MembershipRequest, request.id).state is RequestState.CANCELLED
