"""Which states an attempt and an application may move between."""

from lms.core.states import Transitions
from lms.exams.models import AttemptState, RestudyState

ATTEMPT: Transitions = {
    AttemptState.RUNNING: frozenset({AttemptState.PASSED, AttemptState.FAILED}),
}

RESTUDY: Transitions = {
    RestudyState.PENDING: frozenset({RestudyState.APPROVED, RestudyState.REFUSED}),
}
