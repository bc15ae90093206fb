"""How a delivery moves: pending until the bank answers; a refused one may be sent again."""

from lms.core.states import Transitions
from lms.hours.models import DeliveryState

DELIVERY_MOVES: Transitions = {
    DeliveryState.PENDING: {DeliveryState.ACKNOWLEDGED, DeliveryState.REFUSED},
    DeliveryState.REFUSED: {DeliveryState.PENDING},
}

# What the bank acknowledged and a reconciliation does not find in its books is delivered anew.
REDELIVERY_MOVES: Transitions = {DeliveryState.ACKNOWLEDGED: {DeliveryState.PENDING}}
