"""Pure rules of a regrade: marks by another key, and what the marks make of study cycles.

Preview and application ask the same functions, so that what was announced is what happens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lms.enrollments.models import CycleState
from lms.exams.marking import worth
from lms.exams.models import AttemptState
from lms.exams.rules import PartialCredit, attempts_left, is_pass
from lms.questions.kinds import QuestionKind
from lms.questions.mending import Key


@dataclass(frozen=True)
class Answered:
    """The question on one paper: what was answered, full marks and what was awarded.

    `other_points` and `other_total` are the sums of all other questions of the paper. All are
    hundredths of a point.
    """

    item_id: int
    chosen: list[Any]
    points: int
    awarded: int
    rule: PartialCredit
    other_points: int
    other_total: int


@dataclass(frozen=True)
class Sitting:
    """An attempt as it stands; `answered` is None if the question is not on its paper."""

    attempt_id: int
    number: int
    state: AttemptState
    points: int
    total: int
    pass_percent: int
    answered: Answered | None = None


@dataclass(frozen=True)
class Study:
    """A cycle of one person in the course, with its attempts in order.

    `is_set_aside`: withdrawn by a regrade, because another cycle was completed after all.
    """

    cycle_id: int
    number: int
    state: CycleState
    is_set_aside: bool
    sittings: tuple[Sitting, ...]


@dataclass(frozen=True)
class Remark:
    """An attempt that changes: marks, full marks and state afterwards."""

    sitting: Sitting
    awarded: int
    points: int
    total: int
    state: AttemptState


@dataclass(frozen=True)
class CycleMove:
    """A cycle that changes."""

    cycle_id: int
    before: CycleState
    after: CycleState


@dataclass(frozen=True)
class Plan:
    """What a regrade does to one person: remarks, and moves in the order in which to make them."""

    remarks: tuple[Remark, ...]
    moves: tuple[CycleMove, ...]


def remark(sitting: Sitting, kind: QuestionKind, key: Key) -> Remark | None:
    """The attempt by `key`; None if nothing changes, or it has not been marked yet."""
    answered = sitting.answered
    if answered is None or sitting.state is AttemptState.RUNNING:
        return None
    awarded, full = worth(kind, key, answered.chosen, answered.points, answered.rule)
    points, total = answered.other_points + awarded, answered.other_total + full
    passed = is_pass(points, total, sitting.pass_percent)
    state = AttemptState.PASSED if passed else AttemptState.FAILED
    now = (answered.awarded, sitting.points, sitting.total, sitting.state)
    if now == (awarded, points, total, state):
        return None
    return Remark(sitting, awarded, points, total, state)


def plan(studies: Sequence[Study], kind: QuestionKind, key: Key, *, is_open: bool) -> Plan:
    """What marking by `key` does to the cycles of one person in a course, in order of number.

    `is_open`: whether the course can be studied today.
    """
    sittings = [sitting for study in studies for sitting in study.sittings]
    remarks = tuple(found for each in sittings if (found := remark(each, kind, key)) is not None)
    turned = {r.sitting.attempt_id: r.state for r in remarks if r.state is not r.sitting.state}
    return Plan(remarks, _settle(studies, turned, is_open) if turned else ())


def _settle(
    studies: Sequence[Study], turned: dict[int, AttemptState], is_open: bool
) -> tuple[CycleMove, ...]:
    """The moves that make the cycles agree with attempts of which some have `turned`.

    Of a course one cycle is completed. One that is and still may be stays it; otherwise it is the
    first with an attempt that is passed. Cycles withdrawn by a refund are out of it.
    """
    counted = [s for s in studies if s.state is not CycleState.WITHDRAWN or s.is_set_aside]
    if not counted:
        return ()
    passed = [study for study in counted if _is_passed(study, turned)]
    completed = next((s for s in counted if s.state is CycleState.COMPLETED), None)
    keeper = passed[0] if passed else None
    if completed is not None and (completed in passed or not _was_passed(completed)):
        keeper = completed
    newest = counted[-1]
    moves = []
    if completed is not None and completed is not keeper:
        goes_on = keeper is None and completed is newest and is_open and _has_chance(completed)
        moves.append(_move(completed, CycleState.ACTIVE if goes_on else CycleState.FAILED))
    if keeper is not None:
        running = (s for s in counted if s.state is CycleState.ACTIVE and s is not keeper)
        moves += [_move(study, CycleState.WITHDRAWN) for study in running]
        if keeper.state is not CycleState.COMPLETED:
            moves.append(_move(keeper, CycleState.COMPLETED))
    elif newest.state is CycleState.WITHDRAWN:
        moves.append(_move(newest, CycleState.ACTIVE))
    return tuple(moves)


def _move(study: Study, after: CycleState) -> CycleMove:
    return CycleMove(study.cycle_id, study.state, after)


def _is_passed(study: Study, turned: dict[int, AttemptState]) -> bool:
    states = (turned.get(sitting.attempt_id, sitting.state) for sitting in study.sittings)
    return AttemptState.PASSED in states


def _was_passed(study: Study) -> bool:
    return _is_passed(study, {})


def _has_chance(study: Study) -> bool:
    """Whether an attempt is left, or one is being sat."""
    is_sitting = any(sitting.state is AttemptState.RUNNING for sitting in study.sittings)
    return is_sitting or attempts_left(len(study.sittings)) > 0
