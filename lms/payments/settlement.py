"""What money does when it arrives: an order is paid once, and no payment is ever dropped."""

import secrets

from sqlalchemy import select

from lms.core import clock
from lms.core.audit import AuditTag
from lms.core.db import db
from lms.core.states import move
from lms.core.tasks import enqueue_after_commit
from lms.enrollments.models import EntryReason
from lms.enrollments.operations import enrol
from lms.enrollments.queries import holding_cycle
from lms.payments.audit import record_order
from lms.payments.gateway import PaymentNotice
from lms.payments.models import (
    NoticeOutcome,
    Notification,
    Order,
    OrderState,
    Payment,
    Refund,
    RefundCause,
)
from lms.payments.queries import lock_order, order_in
from lms.payments.refunds import send_refund
from lms.payments.states import ORDER_MOVES


def take_notification(notice: PaymentNotice, body: str) -> NoticeOutcome:
    """Settle a genuine notification and keep it as it came, once; a repeat changes nothing.

    Two equal ones that race meet in the database: the second raises IntegrityError and, tried
    again, finds the first.
    """
    query = select(Notification).where(Notification.notice_id == notice.notice_id)
    if db.session.scalar(query) is not None:
        return NoticeOutcome.REPEATED
    outcome = settle(notice)
    db.session.add(Notification(notice_id=notice.notice_id, body=body, outcome=outcome))
    db.session.flush()
    return outcome


def settle(notice: PaymentNotice) -> NoticeOutcome:
    """Let a payment take effect, whether a notification, a query or both told of it."""
    order = lock_order(notice.order_number)
    if order is None:
        return NoticeOutcome.UNKNOWN_ORDER
    known = select(Payment).where(Payment.transaction_id == notice.transaction_id)
    if db.session.scalar(known) is not None:
        return NoticeOutcome.REPEATED
    if notice.amount_fen != order.amount_fen:
        return NoticeOutcome.WRONG_AMOUNT
    payment = _write_payment(order, notice)
    if _is_wanted(order):
        _pay(order)
        return NoticeOutcome.PAID
    request_refund(payment, RefundCause.NOT_NEEDED)
    _close_if_pending(order)
    return NoticeOutcome.REFUNDED


def _write_payment(order: Order, notice: PaymentNotice) -> Payment:
    payment = Payment(
        order=order,
        transaction_id=notice.transaction_id,
        amount_fen=notice.amount_fen,
        method=notice.method,
        paid_at=notice.paid_at,
    )
    db.session.add(payment)
    db.session.flush()
    return payment


def _is_wanted(order: Order) -> bool:
    """Whether the money still buys something: not a course that is bought, begun or shut, and
    nothing for an account that was closed or merged meanwhile."""
    if order.state not in (OrderState.PENDING, OrderState.CLOSED) or not order.course.is_open:
        return False
    if not order.person.may_study:
        return False
    bought = order_in(order.person, order.course, OrderState.PAID)
    return bought is None and holding_cycle(order.person, order.course) is None


def _pay(order: Order) -> None:
    if order.state is OrderState.CLOSED:
        # A late payment reopens its order; the one placed in its stead is not needed any more.
        other = order_in(order.person, order.course, OrderState.PENDING)
        if other is not None:
            _close_if_pending(other)
    move(order, OrderState.PAID, ORDER_MOVES)
    order.paid_at, order.closed_at = clock.now(), None
    db.session.flush()
    record_order(AuditTag.PAYMENTS_ORDER_PAY, order.person_id, order)
    enrol(order.person, order.course, EntryReason.ORDER)


def _close_if_pending(order: Order) -> None:
    if order.state is OrderState.PENDING:
        move(order, OrderState.CLOSED, ORDER_MOVES)
        order.closed_at = clock.now()
        db.session.flush()
        record_order(AuditTag.PAYMENTS_ORDER_CLOSE, None, order)


def request_refund(
    payment: Payment, cause: RefundCause, reason: str = "", actor_id: int | None = None
) -> Refund:
    """Write that a payment goes back, and ask the gateway after the commit."""
    refund = Refund(
        number=f"R{clock.today():%Y%m%d}-{secrets.token_hex(8)}",
        payment=payment,
        amount_fen=payment.amount_fen,
        cause=cause,
        reason=reason,
        requested_by_id=actor_id,
    )
    db.session.add(refund)
    db.session.flush()
    detail = {"refund": refund.number, "cause": cause.value}
    record_order(AuditTag.PAYMENTS_ORDER_REFUND, actor_id, payment.order, **detail)
    enqueue_after_commit(send_refund, refund.id)
    return refund
