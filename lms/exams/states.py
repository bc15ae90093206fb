"""Which states an attempt and an application may move between."""

from lms.core.states import Transitions
from lms.exams.models import AttemptState, RestudyState

ATTEMPT: Transitions = {
    AttemptState.RUNNING: frozenset({AttemptState.PASSED, AttemptState.FAILED}),
}

# By a regrade alone.
REGRADED_ATTEMPT: Transitions = {
    AttemptState.PASSED: frozenset({AttemptState.FAILED}),
    AttemptState.FAILED: frozenset({AttemptState.PASSED}),
}

RESTUDY: Transitions = {
    RestudyState.PENDING: frozenset({RestudyState.APPROVED, RestudyState.REFUSED}),
}
