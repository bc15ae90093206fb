"""Who may begin a cycle, and how it ends, once."""

import datetime as dt
import threading
from collections import defaultdict

import pytest
from sqlalchemy import func, select

from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, IllegalMove, NotAllowed, NotFound
from lms.core.events import cycle_completed, cycle_started
from lms.enrollments import operations, queries
from lms.enrollments.models import Cycle, CycleState, EntryReason
from lms.enrollments.states import CYCLE_MOVES
from tests.factories import CourseFactory, CycleFactory, PersonFactory


@pytest.fixture
def person(app):
    return PersonFactory()


def enrol(person, course, reason=EntryReason.FREE):
    with transaction():
        return operations.enrol(person, course, reason)


def count_cycles() -> int:
    return db.session.scalar(select(func.count()).select_from(Cycle))


@pytest.fixture
def heard(app):
    """The cycles that events told of, as (event, cycle id)."""
    told = []

    def on_start(cycle):
        told.append(("started", cycle.id))

    def on_completion(cycle):
        told.append(("completed", cycle.id))

    with cycle_started.connected_to(on_start), cycle_completed.connected_to(on_completion):
        yield told


@pytest.fixture
def alone(monkeypatch):
    """The events without what other features do when they hear them."""
    monkeypatch.setattr(cycle_completed, "receivers", {})
    monkeypatch.setattr(cycle_completed, "_by_sender", defaultdict(set))


def test_public_course_is_begun_for_free_and_told_once(person, heard):
    cycle = enrol(person, CourseFactory())
    assert (cycle.state, cycle.number, cycle.reason) == (CycleState.ACTIVE, 1, EntryReason.FREE)
    assert heard == [("started", cycle.id)]


def test_enrolling_twice_gives_the_same_cycle(person, heard):
    course = CourseFactory()
    assert enrol(person, course).id == enrol(person, course).id
    assert count_cycles() == 1
    assert len(heard) == 1


def test_parallel_requests_begin_one_cycle(app, person):
    course = CourseFactory()
    person_id, course_id = person.id, course.id
    ids, errors, gate = [], [], threading.Barrier(8)

    def work():
        with app.app_context():
            try:
                gate.wait()
                with transaction():
                    own = db.session.get(type(person), person_id)
                    cycle = operations.enrol(own, db.session.get(type(course), course_id))
                    ids.append(cycle.id)
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(ids)) == 1
    assert len(ids) == 8
    db.session.rollback()
    assert count_cycles() == 1


def test_loser_of_a_race_gets_the_winners_cycle(person, monkeypatch):
    course = CourseFactory()
    winner = CycleFactory(person=person, course=course)
    # As if the look-up had come before the other request's commit: the unique key then decides.
    monkeypatch.setattr(operations, "latest_cycle", lambda *_: None)
    assert enrol(person, course).id == winner.id
    assert count_cycles() == 1


def test_professional_course_is_not_free(person):
    course = CourseFactory(category=HourCategory.PROFESSIONAL)
    with pytest.raises(NotAllowed):
        enrol(person, course)
    assert enrol(person, course, EntryReason.ORDER).reason is EntryReason.ORDER


def test_draft_cannot_be_begun_as_if_it_were_not_there(person):
    with pytest.raises(NotFound):
        enrol(person, CourseFactory(state=CourseState.DRAFT, published_at=None))


def test_withdrawn_or_closed_course_cannot_be_begun(person, clock):
    with pytest.raises(Conflict):
        enrol(person, CourseFactory(state=CourseState.WITHDRAWN))
    with pytest.raises(Conflict):
        enrol(person, CourseFactory(closes_on=dt.date(2025, 6, 1)))
    assert enrol(person, CourseFactory(closes_on=dt.date(2025, 6, 2))).id


def test_cycle_under_way_is_given_again_although_the_course_closed(person, clock):
    course = CourseFactory(closes_on=dt.date(2025, 6, 2))
    cycle = enrol(person, course)
    clock.advance(days=3)
    assert enrol(person, course).id == cycle.id


@pytest.mark.parametrize("state", [CycleState.COMPLETED, CycleState.FAILED])
@pytest.mark.parametrize("reason", list(EntryReason))
def test_ended_cycle_is_not_begun_again_by_enrolling(person, state, reason):
    course = CourseFactory()
    CycleFactory(person=person, course=course, state=state)
    with pytest.raises(Conflict):
        enrol(person, course, reason)


@pytest.mark.parametrize("current", list(CycleState))
@pytest.mark.parametrize("target", [CycleState.COMPLETED, CycleState.FAILED])
def test_cycle_ends_by_the_table_alone(person, alone, current, target):
    cycle = CycleFactory(person=person, state=current)
    end = {
        CycleState.COMPLETED: operations.complete_cycle,
        CycleState.FAILED: operations.fail_cycle,
    }[target]
    if target in CYCLE_MOVES.get(current, ()):
        with transaction():
            end(cycle)
        assert cycle.state is target
        assert cycle.ended_at is not None
    else:
        with pytest.raises(IllegalMove), transaction():
            end(cycle)
        assert cycle.state is current


def test_completion_is_told_once(person, alone, heard):
    cycle = CycleFactory(person=person)
    with transaction():
        operations.complete_cycle(cycle)
    with pytest.raises(IllegalMove), transaction():
        operations.complete_cycle(cycle)
    assert heard == [("completed", cycle.id)]


def test_handler_that_fails_leaves_the_cycle_active(person, alone):
    cycle = CycleFactory(person=person)

    def refuse(_cycle):
        raise RuntimeError

    with (
        cycle_completed.connected_to(refuse),
        pytest.raises(RuntimeError),
        transaction(),
    ):
        operations.complete_cycle(cycle)
    assert cycle.state is CycleState.ACTIVE
    assert cycle.ended_at is None


def test_restudy_begins_the_next_cycle(person, heard):
    officer = PersonFactory()
    failed = CycleFactory(person=person, state=CycleState.FAILED)
    with transaction():
        cycle = operations.start_restudy(officer, failed)
    assert (cycle.number, cycle.person_id, cycle.reason) == (2, person.id, EntryReason.RESTUDY)
    assert heard == [("started", cycle.id)]


def test_restudy_needs_a_failed_cycle_that_is_the_newest(person):
    course = CourseFactory()
    failed = CycleFactory(person=person, course=course, state=CycleState.FAILED)
    with transaction():
        second = operations.start_restudy(person, failed)
    for cycle in (failed, second):
        with pytest.raises(Conflict), transaction():
            operations.start_restudy(person, cycle)
    assert count_cycles() == 2


def test_restudy_of_a_withdrawn_course_is_refused(person):
    course = CourseFactory(state=CourseState.WITHDRAWN)
    failed = CycleFactory(person=person, course=course, state=CycleState.FAILED)
    with pytest.raises(Conflict), transaction():
        operations.start_restudy(person, failed)


def test_own_cycle_is_found_by_nobody_else(person):
    cycle = CycleFactory(person=person)
    assert queries.get_own_cycle(person, cycle.id) is cycle
    with pytest.raises(NotFound):
        queries.get_own_cycle(PersonFactory(), cycle.id)
    with pytest.raises(NotFound):
        queries.get_own_cycle(person, cycle.id + 1)


def test_cycles_under_way_come_first_and_are_ones_own(person):
    done = CycleFactory(person=person, state=CycleState.COMPLETED)
    under_way = CycleFactory(person=person)
    newest = CycleFactory(person=person, state=CycleState.FAILED)
    CycleFactory()
    assert queries.cycles_of(person) == [under_way, newest, done]


def test_latest_and_active_cycle(person):
    course = CourseFactory()
    assert queries.latest_cycle(person, course) is None
    CycleFactory(person=person, course=course, state=CycleState.FAILED)
    assert queries.active_cycle(person, course) is None
    second = CycleFactory(person=person, course=course, number=2)
    assert queries.active_cycle(person, course) is second
    assert queries.latest_cycle(person, course) is second


def test_course_with_a_cycle_is_studied(person):
    course = CourseFactory()
    assert not queries.has_cycles(course)
    CycleFactory(course=course)
    assert queries.has_cycles(course)
