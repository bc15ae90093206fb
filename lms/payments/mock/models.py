"""The books of the demonstration gateway. They refer to no table of the platform."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Fen, Instant


class MockMethod(LabelledEnum):
    CARD = "card", _l("银行卡")
    SCAN = "scan", _l("扫码支付")
    WALLET = "wallet", _l("电子钱包")


class MockTiming(LabelledEnum):
    """When the gateway tells the merchant: what a demonstration may want to show."""

    LATE = "late", _l("一分钟后才通知")
    LOST = "lost", _l("通知丢失，永远不到")
    PROMPT = "prompt", _l("马上通知，并且重复一次")


class MockPayment(Model):
    """A payment that a merchant asked for; paid at most once."""

    __tablename__ = "mock_payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_number: Mapped[str] = mapped_column(String(32), unique=True)
    amount_fen: Mapped[Fen] = mapped_column(Integer)
    subject: Mapped[str] = mapped_column(String(255))
    return_url: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    transaction_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    method: Mapped[MockMethod | None] = mapped_column(EnumType(MockMethod))
    paid_at: Mapped[dt.datetime | None] = mapped_column(Instant, index=True)


class MockNotice(Model):
    """A notification to send. Copies of one notice share the payment and differ in the copy."""

    __tablename__ = "mock_notices"
    __table_args__ = (Index("ix_mock_notices_due", "settled_at", "next_try_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("mock_payments.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[dt.datetime] = mapped_column(Instant)
    # Taken by the merchant, or given up.
    settled_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    payment: Mapped[MockPayment] = relationship()


class MockRefund(Model):
    """Money given back, once for each number of the merchant's."""

    __tablename__ = "mock_refunds"

    id: Mapped[int] = mapped_column(primary_key=True)
    refund_number: Mapped[str] = mapped_column(String(40), unique=True)
    transaction_id: Mapped[str] = mapped_column(String(64))
    order_number: Mapped[str] = mapped_column(String(32))
    amount_fen: Mapped[Fen] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    refunded_at: Mapped[dt.datetime] = mapped_column(Instant, index=True, default=clock.now)
