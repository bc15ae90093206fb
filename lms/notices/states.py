"""What a message can become. It leaves SENDING for PENDING only if certainly nothing was sent."""

from lms.core.states import Transitions
from lms.notices.models import DeliveryState as State

DELIVERY_MOVES: Transitions = {
    State.PENDING: frozenset({State.SENDING}),
    State.SENDING: frozenset(
        {State.PENDING, State.SENT, State.SKIPPED, State.FAILED, State.UNKNOWN}
    ),
}
