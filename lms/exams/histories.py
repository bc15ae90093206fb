"""All studies of a course by one person, with their sittings: for the learner and who decides."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.enrollments.models import Cycle
from lms.exams.models import Attempt

Key = tuple[int, int]


@dataclass(frozen=True)
class Study:
    """A cycle and its attempts, in order."""

    cycle: Cycle
    attempts: list[Attempt]


def key_of(cycle: Cycle) -> Key:
    """What the studies of one person and course are found by."""
    return cycle.person_id, cycle.course_id


def studies_beside(cycle: Cycle) -> list[Study]:
    """This study of the course and all others of the same person, the newest first."""
    return studies_of([key_of(cycle)])[key_of(cycle)]


def studies_of(keys: Collection[Key]) -> dict[Key, list[Study]]:
    """For each person and course (a page of them) their studies, the newest first."""
    query = select(Cycle).where(tuple_(Cycle.person_id, Cycle.course_id).in_(set(keys)))
    query = query.options(joinedload(Cycle.version)).order_by(Cycle.number.desc())
    cycles = list(db.session.scalars(query))
    attempts = _attempts_of([cycle.id for cycle in cycles])
    found: dict[Key, list[Study]] = {key: [] for key in keys}
    for cycle in cycles:
        found[key_of(cycle)].append(Study(cycle, attempts[cycle.id]))
    return found


def _attempts_of(cycle_ids: Collection[int]) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = defaultdict(list)
    query = select(Attempt).where(Attempt.cycle_id.in_(cycle_ids)).order_by(Attempt.number)
    for attempt in db.session.scalars(query):
        found[attempt.cycle_id].append(attempt)
    return found
