"""The demonstration gateway, behind the Gateway protocol."""

import datetime as dt
import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.config import Settings
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.types import Fen
from lms.payments.gateway import ForgedNotification, LineKind, PaymentNotice, StatementLine
from lms.payments.mock.models import MockPayment, MockRefund
from lms.payments.mock.signing import is_genuine, merchant_key


class MockGateway:
    """Takes no real money."""

    def __init__(self, settings: Settings) -> None:
        self._key = merchant_key(settings.secret_key)

    def create_payment(
        self, order_number: str, amount_fen: Fen, subject: str, return_url: str
    ) -> str:
        """Prepare a payment; asked again, the first one stands."""
        with transaction():
            if find_payment(order_number) is None:
                payment = MockPayment(
                    order_number=order_number,
                    amount_fen=amount_fen,
                    subject=subject,
                    return_url=return_url,
                )
                self._add_once(payment)
        return f"/cashier/{order_number}"

    @staticmethod
    def _add_once(payment: MockPayment) -> None:
        try:
            with db.session.begin_nested():
                db.session.add(payment)
                db.session.flush()
        except IntegrityError:
            # Prepared at this very moment by another request for the same order.
            return

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice:
        """Check and read a notification; raises ForgedNotification."""
        if not is_genuine(self._key, headers, body, clock.now_ms() // 1000):
            raise ForgedNotification()
        try:
            return _read(json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            raise ForgedNotification() from error

    def query(self, order_number: str) -> list[PaymentNotice]:
        """What was paid for an order."""
        payment = find_payment(order_number)
        return [] if payment is None or payment.paid_at is None else [_read(notice_body(payment))]

    def refund(
        self, refund_number: str, transaction_id: str, amount_fen: Fen, reason: str
    ) -> dt.datetime:
        """Give money back; a repeated number gives nothing more."""
        with transaction():
            query = select(MockRefund).where(MockRefund.refund_number == refund_number)
            found = db.session.scalar(query)
            if found is None:
                found = MockRefund(
                    refund_number=refund_number,
                    transaction_id=transaction_id,
                    order_number=_order_of(transaction_id),
                    amount_fen=amount_fen,
                    reason=reason,
                    refunded_at=clock.now(),
                )
                db.session.add(found)
                db.session.flush()
            return found.refunded_at

    def statement(self, day: dt.date) -> list[StatementLine]:
        """Payments, then refunds, of a day in Shanghai."""
        begins, ends = clock.end_of_day(day - dt.timedelta(days=1)), clock.end_of_day(day)
        paid = select(MockPayment).where(MockPayment.paid_at >= begins, MockPayment.paid_at < ends)
        back = select(MockRefund).where(
            MockRefund.refunded_at >= begins, MockRefund.refunded_at < ends
        )
        payments = [
            StatementLine(
                LineKind.PAYMENT, row.transaction_id or "", row.order_number, row.amount_fen
            )
            for row in db.session.scalars(paid.order_by(MockPayment.id))
        ]
        refunds = [
            StatementLine(LineKind.REFUND, row.refund_number, row.order_number, row.amount_fen)
            for row in db.session.scalars(back.order_by(MockRefund.id))
        ]
        return payments + refunds


def find_payment(order_number: str) -> MockPayment | None:
    """The payment prepared for an order."""
    return db.session.scalar(select(MockPayment).where(MockPayment.order_number == order_number))


def _order_of(transaction_id: str) -> str:
    query = select(MockPayment.order_number).where(MockPayment.transaction_id == transaction_id)
    return db.session.scalar(query) or ""


def notice_body(payment: MockPayment) -> dict[str, str | int]:
    """What a notification of this payment says; the same in every copy."""
    assert payment.paid_at is not None
    assert payment.method is not None
    return {
        "notice_id": f"N-{payment.transaction_id}",
        "order_number": payment.order_number,
        "transaction_id": payment.transaction_id or "",
        "amount_fen": payment.amount_fen,
        "method": payment.method.value,
        "paid_at": payment.paid_at.isoformat(),
    }


def _read(body: dict[str, str | int]) -> PaymentNotice:
    texts = [str(body[name]) for name in ("notice_id", "order_number", "transaction_id", "method")]
    amount, paid_at = body["amount_fen"], dt.datetime.fromisoformat(str(body["paid_at"]))
    if type(amount) is not int or paid_at.tzinfo is None or any(len(t) > 64 for t in texts):
        raise ValueError("not a notice of this gateway")
    return PaymentNotice(
        notice_id=texts[0],
        order_number=texts[1],
        transaction_id=texts[2],
        amount_fen=Fen(amount),
        method=texts[3],
        paid_at=paid_at,
    )
