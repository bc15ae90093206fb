"""What becomes of orders when a duplicate is merged into the person who stays."""

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.audit import AuditTag
from lms.core.db import db
from lms.payments.audit import record_order
from lms.payments.models import Order, OrderState
from lms.payments.operations import close_order
from lms.payments.queries import lock_buyer, order_in


def merge_orders(survivor: Person, duplicate: Person, actor: Person) -> None:
    """Handler of events.person_merged: the duplicate's orders become the survivor's.

    What waits to be paid is closed (a payment that comes all the same goes back by itself). A
    course that both have paid stays paid twice: the duplicate's order stays with it, where staff
    find it to refund.
    """
    for person_id in sorted((survivor.id, duplicate.id)):
        lock_buyer(person_id)
    orders = select(Order).where(Order.person_id == duplicate.id).order_by(Order.id)
    for order in db.session.scalars(orders.execution_options(populate_existing=True)).all():
        if order.state is OrderState.PENDING:
            _close(order, actor)
        if order.state is OrderState.PAID and not _make_room(survivor, order, actor):
            continue
        order.person = survivor
        db.session.flush()


def _make_room(survivor: Person, paid: Order, actor: Person) -> bool:
    """Whether the survivor may have the paid order; what they were about to pay is closed."""
    if order_in(survivor, paid.course, OrderState.PAID) is not None:
        return False
    waiting = order_in(survivor, paid.course, OrderState.PENDING)
    if waiting is not None:
        _close(waiting, actor)
    return True


def _close(order: Order, actor: Person) -> None:
    close_order(order)
    record_order(AuditTag.PAYMENTS_ORDER_CLOSE, actor.id, order)
