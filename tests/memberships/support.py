"""Units with managers, and people who register."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.accounts.employments import join_unit
from lms.accounts.enums import IdentityKind, PersonState
from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.core.db import db, hold, transaction
from lms.core.permissions import Role
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import complete_cycle
from lms.memberships.merging import MergeCause, merge_people
from lms.memberships.models import MembershipRequest
from lms.memberships.operations import request_membership
from lms.memberships.registration import Facts, draft_registration, register_person
from lms.organizations.models import Organization, OrganizationKind
from tests.factories import CourseFactory, CycleFactory
from tests.factories.accounts import (
    OrganizationFactory,
    PersonFactory,
    PostFactory,
    identity_number,
)

GOOD_PASSWORD = "three quiet herons wade"


def unit(**columns: Any) -> Organization:
    """An approved unit."""
    return OrganizationFactory(kind=OrganizationKind.UNIT, **columns)


def manager_of(organization: Organization) -> Person:
    """Somebody who acts for the unit, and belongs to none themselves."""
    return PostFactory(organization=organization, role=Role.UNIT_MANAGER).person


def officer() -> Person:
    """An officer of the bureau of the province."""
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    return PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person


def facts(number: str | None = None, **more: Any) -> Facts:
    """What somebody says of themselves at registration."""
    said: dict[str, Any] = {
        "name": "王䶮",
        "identity_kind": IdentityKind.RESIDENT,
        "identity_number": number or identity_number(77),
        "phone": "13800138000",
        "email": "wang@example.cn",
        "profession": None,
        "title_level": None,
    }
    return Facts(**{**said, **more})


def register(organization: Organization, number: str | None = None, **more: Any) -> Person:
    """Somebody who has registered and waits."""
    draft = draft_registration(facts(number, **more), GOOD_PASSWORD)
    with transaction():
        person = register_person(draft, db.session.get_one(Organization, organization.id))
    return person


def waiting_request(person: Person, organization: Organization) -> MembershipRequest:
    """A request of the person's own to the unit."""
    with transaction():
        person = db.session.get_one(Person, person.id)
        made = request_membership(person, person, db.session.get_one(Organization, organization.id))
    return made


def pending_person() -> Person:
    """Somebody who waits without any request."""
    return PersonFactory(state=PersonState.PENDING)


def after_joining(organization: Organization) -> Callable[[Person], None]:
    """In place of `hold`: who was waited for has joined this organization meanwhile."""

    def held(person: Person) -> None:
        join_unit(person, organization, None)
        hold(person)

    return held


def in_parallel(app: Flask, count: int, work: Callable[[int], Any]) -> list[Any]:
    """What `work(0…count-1)` returned or raised, each in a thread and context of its own."""
    results: list[Any] = [None] * count
    start = threading.Barrier(count)

    def run(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                results[number] = work(number)
            except Exception as error:
                results[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return results


def merge(clerk: Person, survivor: Person, duplicate: Person) -> None:
    with transaction():
        merge_people(clerk, survivor.id, duplicate.id, MergeCause.DOUBLE_ENTRY)


def complete(person: Person, course: Course | None = None, **facts: Any) -> Cycle:
    cycle = CycleFactory(person=person, course=course or CourseFactory(**facts))
    with transaction():
        complete_cycle(db.session.get_one(Cycle, cycle.id))
    return cycle


def cycles_of(person: Person) -> list[tuple[int, int, CycleState]]:
    query = (
        select(Cycle).where(Cycle.person_id == person.id).order_by(Cycle.course_id, Cycle.number)
    )
    return [(cycle.course_id, cycle.number, cycle.state) for cycle in db.session.scalars(query)]
