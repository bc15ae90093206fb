"""Which states a request may move between."""

from lms.core.states import Transitions
from lms.memberships.models import RequestState

REQUEST: Transitions = {
    RequestState.PENDING: frozenset(
        {RequestState.APPROVED, RequestState.REFUSED, RequestState.CANCELLED}
    ),
}
