"""What the platform asks of a payment gateway, whoever runs it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from flask import current_app
from flask_babel import lazy_gettext as _l

from lms.core.errors import DomainError
from lms.core.types import Fen


class ForgedNotification(DomainError):
    """The notification does not bear the gateway's signature, or is too old."""

    status = 401
    code = "forged-notification"
    default_message = _l("通知的签名无效或已过期。")


@dataclass(frozen=True)
class PaymentNotice:
    """The gateway took so much for an order. `notice_id` is the same in every repeat."""

    notice_id: str
    order_number: str
    transaction_id: str
    amount_fen: Fen
    method: str
    paid_at: dt.datetime


class LineKind(Enum):
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True)
class StatementLine:
    """A line of the daily statement; `reference` is a transaction id or a refund number."""

    kind: LineKind
    reference: str
    order_number: str
    amount_fen: Fen


class Gateway(Protocol):
    """A payment gateway."""

    def create_payment(
        self, order_number: str, amount_fen: Fen, subject: str, return_url: str
    ) -> str:
        """Prepare a payment, repeatable, and return the address of its cashier page."""
        ...

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice:
        """Check and read a notification. Raises ForgedNotification."""
        ...

    def query(self, order_number: str) -> list[PaymentNotice]:
        """What was really paid for an order, whatever notifications got lost."""
        ...

    def refund(
        self, refund_number: str, transaction_id: str, amount_fen: Fen, reason: str
    ) -> dt.datetime:
        """Give money back, once for each refund number, and return when it was."""
        ...

    def statement(self, day: dt.date) -> list[StatementLine]:
        """Every payment and refund of a day in Shanghai."""
        ...


def gateway() -> Gateway:
    """The gateway in use."""
    chosen: Gateway = current_app.extensions["gateway"]
    return chosen
