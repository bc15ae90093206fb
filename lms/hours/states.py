"""How a delivery moves: pending until the bank's word, which may be asked for again if it was no."""

from lms.core.states import Transitions
from lms.hours.models import DeliveryState

DELIVERY_MOVES: Transitions = {
    DeliveryState.PENDING: {DeliveryState.ACKNOWLEDGED, DeliveryState.REFUSED},
    DeliveryState.REFUSED: {DeliveryState.PENDING},
}
