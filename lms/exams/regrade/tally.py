"""Counting what a regrade does, for its preview and for its record alike."""

from collections import Counter
from collections.abc import Container

from lms.enrollments.models import CycleState
from lms.exams.models import AttemptState
from lms.exams.regrade.loading import Learner
from lms.exams.regrade.rules import Plan


def tally(learner: Learner, wanted: Plan, cycle_ids: Container[int] | None = None) -> Counter[str]:
    """What the plan does to one person, by name; papers looked at only of these cycles.

    asked: marked papers that hold the question; changed: attempts with other marks; passed and
    failed: attempts that change sides; completed: cycles completed after all; taken_back: those
    not completed any more, going_on: such of them as may sit another attempt; set_aside and
    brought_back: cycles withdrawn beside a completed one, and running again.
    """
    counts = Counter(asked=_asked(learner, cycle_ids), changed=len(wanted.remarks))
    for remark in wanted.remarks:
        if remark.state is not remark.sitting.state:
            counts["passed" if remark.state is AttemptState.PASSED else "failed"] += 1
    for move in wanted.moves:
        counts.update(_names(move.before, move.after))
    return counts


def _asked(learner: Learner, cycle_ids: Container[int] | None) -> int:
    return sum(
        sitting.answered is not None and sitting.state is not AttemptState.RUNNING
        for study in learner.studies
        if cycle_ids is None or study.cycle_id in cycle_ids
        for sitting in study.sittings
    )


def _names(before: CycleState, after: CycleState) -> tuple[str, ...]:
    if after is CycleState.COMPLETED:
        return ("completed",)
    if after is CycleState.WITHDRAWN:
        return ("set_aside",)
    if before is CycleState.WITHDRAWN:
        return ("brought_back",)
    return ("taken_back", "going_on") if after is CycleState.ACTIVE else ("taken_back",)
