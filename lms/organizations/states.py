"""Which states an organization may move between."""

from lms.core.states import Transitions
from lms.organizations.models import OrganizationState

_STATE = OrganizationState
ORGANIZATION: Transitions = {
    _STATE.PENDING: frozenset({_STATE.APPROVED, _STATE.REFUSED}),
    # Whoever was refused mends the registration and sends it again.
    _STATE.REFUSED: frozenset({_STATE.PENDING}),
    _STATE.APPROVED: frozenset({_STATE.CLOSED}),
    _STATE.CLOSED: frozenset({_STATE.APPROVED}),
}
