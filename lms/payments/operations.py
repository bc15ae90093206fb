"""Placing, cancelling, checking and refunding orders."""

import datetime as dt
import secrets

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Course
from lms.catalog.rules import course_price
from lms.core import clock
from lms.core.audit import AuditTag
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Permission
from lms.core.states import move
from lms.enrollments.models import CycleState
from lms.enrollments.operations import check_may_study, withdraw_cycle
from lms.enrollments.queries import holding_cycle, latest_cycle
from lms.payments.audit import record_order
from lms.payments.gateway import gateway
from lms.payments.models import Order, OrderState, RefundCause
from lms.payments.queries import lock_buyer, lock_order, order_in
from lms.payments.settlement import request_refund, settle
from lms.payments.states import ORDER_MOVES

# Crockford's letters: none is taken for another when read out.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def place_order(actor: Person, course: Course) -> Order:
    """Order a course for `actor`; an order that waits to be paid is returned again.

    The price is of the server's making: hours x price of an hour, rounded half up (Rizhao 2024,
    二(一)2). Raises NotAllowed for an account that may not study, Conflict if the course is free,
    closed, bought or begun already.
    """
    lock_buyer(actor.id)
    _check_can_be_bought(actor, course)
    pending = order_in(actor, course, OrderState.PENDING)
    if pending is not None and not pending.is_expired:
        return pending
    if pending is not None:
        close_order(pending)
    try:
        with db.session.begin_nested():
            return _write_order(actor, course)
    except IntegrityError:
        # A second click was quicker; both get the order it placed.
        winner = order_in(actor, course, OrderState.PENDING)
        if winner is None:
            raise Conflict() from None
        return winner


def _check_can_be_bought(actor: Person, course: Course) -> None:
    check_may_study(actor)
    if price_fen(course) <= 0:
        raise Conflict(_l("这门课程免费，直接报名即可。"))
    if not course.is_open:
        raise Conflict(_l("课程没有开放，暂时不能购买。"))
    bought = order_in(actor, course, OrderState.PAID)
    if bought is not None or holding_cycle(actor, course) is not None:
        raise Conflict(_l("您已购买过这门课程，不用重复购买。"))


def price_fen(course: Course) -> int:
    """What the course costs now, in fen."""
    return course_price(course.shown, current_app.extensions["settings"].price_per_hour)


def _write_order(actor: Person, course: Course) -> Order:
    wait = dt.timedelta(minutes=current_app.extensions["settings"].order_minutes)
    now = clock.now()
    order = Order(
        number=f"{clock.today():%Y%m%d}-{''.join(secrets.choice(_LETTERS) for _ in range(8))}",
        person=actor,
        course=course,
        amount_fen=price_fen(course),
        hours=course.shown.hours,
        created_at=now,
        expires_at=now + wait,
    )
    db.session.add(order)
    db.session.flush()
    record_order(AuditTag.PAYMENTS_ORDER_CREATE, actor.id, order, fen=order.amount_fen)
    return order


def begin_payment(order: Order, return_url: str) -> str:
    """The address of the cashier for an order that waits; raises Conflict for any other."""
    if order.state is not OrderState.PENDING or order.is_expired:
        raise Conflict(_l("订单已不在待支付状态，请回到课程页面重新下单。"))
    title = order.course.shown.title
    return gateway().create_payment(order.number, order.amount_fen, title, return_url)


def close_order(order: Order) -> None:
    """Close an order that was not paid. Raises IllegalMove for any other."""
    move(order, OrderState.CLOSED, ORDER_MOVES)
    order.closed_at = clock.now()
    db.session.flush()


def cancel_order(actor: Person, order: Order) -> None:
    """Close one's own order, unless the gateway knows that it was paid meanwhile."""
    check_order(order.number)
    locked = lock_order(order.number)
    if locked is None or locked.state is not OrderState.PENDING:
        raise Conflict(_l("订单已不在待支付状态。"))
    close_order(locked)
    record_order(AuditTag.PAYMENTS_ORDER_CLOSE, actor.id, locked)


def check_order(number: str) -> None:
    """Ask the gateway what was paid, for a notification that is late or lost."""
    for notice in gateway().query(number):
        settle(notice)


def expire_order(number: str) -> None:
    """Close an order whose time is over, unless the gateway knows that it was paid."""
    check_order(number)
    order = lock_order(number)
    if order is not None and order.state is OrderState.PENDING and order.is_expired:
        close_order(order)
        record_order(AuditTag.PAYMENTS_ORDER_CLOSE, None, order)


def refund_order(actor: Person, order: Order, reason: str) -> None:
    """Give the whole price back and end the study it paid for.

    Raises NotAllowed without the permission over the base, Invalid without a reason, Conflict if
    the order is not paid or the course is completed: a certificate is not taken back by a refund.
    """
    require(actor, Permission.PAYMENTS_ORDER_REFUND, order.course.base_id)
    if not reason.strip():
        raise Invalid(_l("请填写退款原因。"), field="reason")
    locked = lock_order(order.number)
    if locked is None or locked.state is not OrderState.PAID:
        raise Conflict(_l("只有已支付的订单可以退款。"))
    _end_study(actor, order)
    move(order, OrderState.REFUNDED, ORDER_MOVES)
    for payment in order.payments:
        if payment.refund is None:
            request_refund(payment, RefundCause.STAFF, reason.strip(), actor.id)


def _end_study(actor: Person, order: Order) -> None:
    cycle = latest_cycle(order.person, order.course)
    if cycle is None:
        return
    if cycle.state is CycleState.COMPLETED:
        raise Conflict(_l("学员已完成这门课程并取得证书，不能退款。"))
    if cycle.state in (CycleState.ACTIVE, CycleState.FAILED):
        withdraw_cycle(actor, cycle)
