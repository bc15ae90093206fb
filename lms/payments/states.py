"""How an order moves. A late payment reopens a closed one; nothing leads out of a refund."""

from lms.core.states import Transitions
from lms.payments.models import OrderState

ORDER_MOVES: Transitions = {
    OrderState.PENDING: {OrderState.PAID, OrderState.CLOSED},
    OrderState.CLOSED: {OrderState.PAID},
    OrderState.PAID: {OrderState.REFUNDED},
}
