"""How a regrade moves: it runs until no paper is left, and is then applied for good."""

from lms.core.states import Transitions
from lms.exams.regrade.models import RegradeState

REGRADE: Transitions = {
    RegradeState.RUNNING: frozenset({RegradeState.APPLIED}),
}
