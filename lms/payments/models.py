"""Orders, the payments and notifications that arrive for them, and refunds."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Fen, Hours, HoursType, Instant


class OrderState(LabelledEnum):
    CLOSED = "closed", _l("已关闭"), "neutral"
    PAID = "paid", _l("已支付"), "success"
    PENDING = "pending", _l("待支付"), "warning"
    REFUNDED = "refunded", _l("已退款"), "info"


class NoticeOutcome(LabelledEnum):
    """What a genuine notification led to."""

    PAID = "paid", _l("订单已支付")
    REFUNDED = "refunded", _l("重复或无法使用的付款，已退回")
    REPEATED = "repeated", _l("重复通知")
    UNKNOWN_ORDER = "unknown_order", _l("没有这个订单")
    WRONG_AMOUNT = "wrong_amount", _l("金额不符")


class RefundCause(LabelledEnum):
    NOT_NEEDED = "not_needed", _l("重复付款或课程已不能学习")
    STAFF = "staff", _l("工作人员办理")


def _only_one(name: str, state: str) -> Index:
    condition = text(f"state = '{state}'")
    return Index(
        name,
        "person_id",
        "course_id",
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )


class Order(Model):
    """A person buys a course. Price and hours are frozen when it is placed."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        _only_one("ux_orders_one_pending", "pending"),
        _only_one("ux_orders_one_paid", "paid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    amount_fen: Mapped[Fen] = mapped_column(Integer)
    hours: Mapped[Hours] = mapped_column(HoursType)
    state: Mapped[OrderState] = mapped_column(EnumType(OrderState), default=OrderState.PENDING)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    paid_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    closed_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()
    payments: Mapped[list["Payment"]] = relationship(back_populates="order", order_by="Payment.id")

    @property
    def is_expired(self) -> bool:
        return clock.now() >= self.expires_at


class Payment(Model):
    """Money that the gateway says it took for an order. One row for each of its transactions."""

    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    transaction_id: Mapped[str] = mapped_column(String(64), unique=True)
    amount_fen: Mapped[Fen] = mapped_column(Integer)
    method: Mapped[str] = mapped_column(String(32))
    paid_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    noted_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    order: Mapped[Order] = relationship(back_populates="payments")
    refund: Mapped["Refund | None"] = relationship(back_populates="payment")


class Notification(Model):
    """A genuine notification as it came, once for each notice of the gateway."""

    __tablename__ = "payment_notifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[str] = mapped_column(Text)
    outcome: Mapped[NoticeOutcome] = mapped_column(EnumType(NoticeOutcome))
    received_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)


class Refund(Model):
    """Money on its way back, all of one payment. Asked of the gateway until it says done."""

    __tablename__ = "refunds"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), unique=True)
    amount_fen: Mapped[Fen] = mapped_column(Integer)
    cause: Mapped[RefundCause] = mapped_column(EnumType(RefundCause))
    reason: Mapped[str] = mapped_column(Text, default="")
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    requested_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    done_at: Mapped[dt.datetime | None] = mapped_column(Instant, index=True)

    payment: Mapped[Payment] = relationship(back_populates="refund")
