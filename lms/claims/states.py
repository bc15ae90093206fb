"""How a claim moves between its states; going from desk to desk it stays pending."""

from lms.claims.models import ClaimState
from lms.core.states import Transitions

_STATE = ClaimState
CLAIM_MOVES: Transitions = {
    _STATE.DRAFT: {_STATE.PENDING},
    _STATE.PENDING: {_STATE.RETURNED, _STATE.WITHDRAWN, _STATE.REFUSED, _STATE.RECOGNIZED},
    _STATE.RETURNED: {_STATE.PENDING},
    _STATE.WITHDRAWN: {_STATE.PENDING},
    _STATE.RECOGNIZED: {_STATE.TAKEN_BACK},
}
