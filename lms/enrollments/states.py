"""How a study cycle ends: once, one way or the other; and what a regrade may yet make of it."""

from lms.core.states import Transitions
from lms.enrollments.models import CycleState

CYCLE_MOVES: Transitions = {
    CycleState.ACTIVE: {CycleState.COMPLETED, CycleState.FAILED, CycleState.WITHDRAWN},
    CycleState.FAILED: {CycleState.WITHDRAWN},
}

# By a regrade alone. Of a course a person completes one cycle: one that runs beside it is withdrawn
# and comes back if the completion is taken back.
REGRADE_MOVES: Transitions = {
    CycleState.ACTIVE: {CycleState.COMPLETED, CycleState.WITHDRAWN},
    CycleState.COMPLETED: {CycleState.ACTIVE, CycleState.FAILED},
    CycleState.FAILED: {CycleState.COMPLETED},
    CycleState.WITHDRAWN: {CycleState.ACTIVE, CycleState.COMPLETED},
}
