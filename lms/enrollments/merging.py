"""What becomes of study cycles when a duplicate is merged into the person who stays."""

from itertools import groupby

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.events import cycle_handed_over, cycle_leaving, cycle_set_aside
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import withdraw_cycle

# How far a course has come: whoever came further keeps it.
_WORTH = {
    CycleState.WITHDRAWN: 0,
    CycleState.FAILED: 1,
    CycleState.ACTIVE: 2,
    CycleState.COMPLETED: 3,
}


def merge_cycles(survivor: Person, duplicate: Person, actor: Person) -> None:
    """Handler of events.person_merged: course by course, the one who came further keeps it.

    The cycles of the duplicate pass to the survivor, numbered after theirs, unless the survivor
    has come as far: then they stay behind as history. So a course done by both counts once. A
    cycle under way on the side that loses is ended.
    """
    for _course_id, cycles in groupby(_cycles_of(duplicate), lambda cycle: cycle.course_id):
        theirs = list(cycles)
        ours = _cycles_of(survivor, theirs[0].course_id)
        if not ours or _worth(theirs) > _worth(ours):
            _end_if_active(actor, ours)
            _hand_over(survivor, theirs, ours[-1].number if ours else 0, actor)
        else:
            _end_if_active(actor, theirs)
            for cycle in theirs:
                cycle_set_aside.send(cycle, kept=_foremost(ours), actor=actor)


def _foremost(cycles: list[Cycle]) -> Cycle:
    """The completed cycle, after which by a regrade another may stand; or else the newest."""
    completed = (cycle for cycle in cycles if cycle.state is CycleState.COMPLETED)
    return next(completed, cycles[-1])


def _worth(cycles: list[Cycle]) -> int:
    return _WORTH[_foremost(cycles).state]


def _cycles_of(person: Person, course_id: int | None = None) -> list[Cycle]:
    query = select(Cycle).where(Cycle.person_id == person.id)
    if course_id is not None:
        query = query.where(Cycle.course_id == course_id)
    return list(db.session.scalars(query.order_by(Cycle.course_id, Cycle.number)))


def _end_if_active(actor: Person, cycles: list[Cycle]) -> None:
    if cycles and cycles[-1].state is CycleState.ACTIVE:
        withdraw_cycle(actor, cycles[-1])


def _hand_over(survivor: Person, cycles: list[Cycle], numbered_after: int, actor: Person) -> None:
    for number, cycle in enumerate(cycles, start=numbered_after + 1):
        former_id = cycle.person_id
        cycle_leaving.send(cycle)
        hold(cycle)
        cycle.person, cycle.number = survivor, number
        db.session.flush()
        record(
            AuditTag.ENROLLMENTS_CYCLE_HAND_OVER,
            actor.id,
            f"cycle:{cycle.id}",
            organization_id=survivor.unit_id,
            former=former_id,
            person=survivor.id,
        )
        cycle_handed_over.send(cycle, actor=actor)
