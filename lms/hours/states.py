"""How a delivery moves: pending until the bank answers; a refused one may be sent again."""

from lms.core.states import Transitions
from lms.hours.models import DeliveryState

DELIVERY_MOVES: Transitions = {
    DeliveryState.PENDING: {DeliveryState.ACKNOWLEDGED, DeliveryState.REFUSED},
    DeliveryState.REFUSED: {DeliveryState.PENDING},
}
