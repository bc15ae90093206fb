"""How a study cycle ends: once, one way or the other."""

from lms.core.states import Transitions
from lms.enrollments.models import CycleState

CYCLE_MOVES: Transitions = {
    CycleState.ACTIVE: {CycleState.COMPLETED, CycleState.FAILED, CycleState.WITHDRAWN},
    CycleState.FAILED: {CycleState.WITHDRAWN},
}
