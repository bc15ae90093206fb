"""Comparing the gateway's statement of a day with our own books."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.core import clock
from lms.core.db import db
from lms.payments.gateway import LineKind, StatementLine, gateway
from lms.payments.models import OrderState, Payment, Refund

Key = tuple[LineKind, str]


def differences(day: dt.date) -> list[str]:
    """What does not agree for a day in Shanghai, one sentence each; empty if all does."""
    theirs = {(line.kind, line.reference): line for line in gateway().statement(day)}
    ours = {(line.kind, line.reference): line for line in _own_lines(day)}
    found = [
        _difference(key, theirs.get(key), ours.get(key))
        for key in sorted(theirs.keys() | ours.keys(), key=str)
    ]
    return [line for line in found if line] + _unsettled(day)


def _difference(key: Key, theirs: StatementLine | None, ours: StatementLine | None) -> str:
    name = f"{key[0].value} {key[1]}"
    if ours is None and theirs is not None:
        return f"{name}: the gateway has {theirs.amount_fen} fen for {theirs.order_number}, we none"
    if theirs is None and ours is not None:
        return f"{name}: we have {ours.amount_fen} fen for {ours.order_number}, the gateway none"
    if theirs != ours:
        return f"{name}: the gateway says {theirs}, we say {ours}"
    return ""


def _own_lines(day: dt.date) -> list[StatementLine]:
    begins, ends = clock.end_of_day(day - dt.timedelta(days=1)), clock.end_of_day(day)
    paid = select(Payment).where(Payment.paid_at >= begins, Payment.paid_at < ends)
    back = select(Refund).where(Refund.done_at >= begins, Refund.done_at < ends)
    payments = db.session.scalars(paid.options(joinedload(Payment.order)))
    refunds = db.session.scalars(back.options(joinedload(Refund.payment).joinedload(Payment.order)))
    return [
        StatementLine(LineKind.PAYMENT, row.transaction_id, row.order.number, row.amount_fen)
        for row in payments
    ] + [
        StatementLine(LineKind.REFUND, row.number, row.payment.order.number, row.amount_fen)
        for row in refunds
    ]


def _unsettled(day: dt.date) -> list[str]:
    """Payments that neither paid their order nor were given back."""
    begins, ends = clock.end_of_day(day - dt.timedelta(days=1)), clock.end_of_day(day)
    query = (
        select(Payment)
        .where(Payment.paid_at >= begins, Payment.paid_at < ends)
        .options(joinedload(Payment.order), joinedload(Payment.refund))
    )
    return [
        f"payment {row.transaction_id}: its order {row.order.number} is {row.order.state.value}"
        for row in db.session.scalars(query)
        if row.refund is None and row.order.state is not OrderState.PAID
    ]
