"""What a regrade makes of study cycles: completed after all, not completed after all, set aside.

Callers hold the learner's clock and then the cycles, in this order.
"""

from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.events import cycle_completed, cycle_reopened, cycle_withdrawn
from lms.core.states import move
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.queries import in_charge_of
from lms.enrollments.states import REGRADE_MOVES


def complete_after_all(actor: Person, cycle: Cycle) -> None:
    """Complete a cycle that runs or had failed, on the day of the regrade.

    Tells cycle_completed, as any completion: certificate and hours follow in the transaction.
    """
    _move(actor, cycle, CycleState.COMPLETED, AuditTag.ENROLLMENTS_CYCLE_COMPLETE)
    cycle_completed.send(cycle)


def take_completion_back(actor: Person, cycle: Cycle, state: CycleState, reason: str) -> None:
    """Let a completed cycle run again (ACTIVE) or have failed (FAILED), for `reason` in words.

    Tells cycle_reopened: the certificate is revoked and the hours go back in the transaction.
    """
    _move(actor, cycle, state, AuditTag.ENROLLMENTS_CYCLE_REOPEN)
    cycle_reopened.send(cycle, actor=actor, reason=reason)


def set_aside(actor: Person, cycle: Cycle) -> None:
    """Withdraw a cycle that runs beside one completed after all. What was watched is kept."""
    cycle_withdrawn.send(cycle)
    _move(actor, cycle, CycleState.WITHDRAWN, AuditTag.ENROLLMENTS_CYCLE_WITHDRAW)


def bring_back(actor: Person, cycle: Cycle) -> None:
    """Let a cycle that was set aside run again, from where it was."""
    _move(actor, cycle, CycleState.ACTIVE, AuditTag.ENROLLMENTS_CYCLE_REOPEN)


def _move(actor: Person, cycle: Cycle, state: CycleState, tag: AuditTag) -> None:
    move(cycle, state, REGRADE_MOVES)
    cycle.ended_at = None if state is CycleState.ACTIVE else clock.now()
    db.session.flush()
    record(
        tag,
        actor.id,
        f"cycle:{cycle.id}",
        organization_id=in_charge_of(cycle),
        state=state.value,
        regraded=True,
    )
