"""Credits earned on this platform, their way to the hour bank, and what the bank last said."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.catalog.quality_models import QualityMark
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, HourCategory, LabelledEnum
from lms.core.types import Hours, HoursType, Instant
from lms.enrollments.models import Cycle


class CreditKind(LabelledEnum):
    """What hours were earned by."""

    LECTURE = "lecture", _l("优质课授课")
    STUDY = "study", _l("完成课程")


class DeliveryKind(LabelledEnum):
    CREDIT = "credit", _l("学时入账")
    REVERSAL = "reversal", _l("学时冲销")


class DeliveryState(LabelledEnum):
    ACKNOWLEDGED = "acknowledged", _l("已入账"), "success"
    PENDING = "pending", _l("在途"), "info"
    REFUSED = "refused", _l("被拒绝"), "danger"


class DeliveryProblem(LabelledEnum):
    """Why the last attempt brought no receipt, in words that a learner understands."""

    NO_ANSWER = "no_answer", _l("暂时连接不上学时银行，系统会自动重试"), "warning"
    NOT_ADMITTED = "not_admitted", _l("学时银行没有接受本平台的签名，系统会自动重试"), "warning"
    OVERLOADED = "overloaded", _l("学时银行繁忙或出错，系统会自动重试"), "warning"
    REFUSED = "refused", _l("学时银行没有接受这条学时"), "danger"
    WRONG_ANSWER = "wrong_answer", _l("学时银行的回执无法确认，系统会自动重试"), "warning"


class Credit(Model):
    """Hours earned once: by a completed cycle, or by lecturing in a selected quality course.

    A cycle's are written with its certificate; a lecturer's with the selection, whose number
    stands in the certificate's place.
    """

    __tablename__ = "credits"
    __table_args__ = (
        # A second one only after the first was reversed: the cycle has passed to another person,
        # or a regrade took its completion back and another gave it again.
        Index(
            "ux_credits_one_standing",
            "cycle_id",
            unique=True,
            sqlite_where=text("reversed_at IS NULL"),
            postgresql_where=text("reversed_at IS NULL"),
        ),
        Index("ix_credits_cycle_id", "cycle_id"),
        UniqueConstraint("quality_mark_id", "person_id"),
        CheckConstraint(
            "(cycle_id IS NULL) <> (quality_mark_id IS NULL)", name="earned_by_one_thing"
        ),
        CheckConstraint("hours > 0", name="hours_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles.id"))
    quality_mark_id: Mapped[int | None] = mapped_column(ForeignKey("quality_marks.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    year: Mapped[int]
    category: Mapped[HourCategory] = mapped_column(EnumType(HourCategory))
    hours: Mapped[Hours] = mapped_column(HoursType)
    # As it was when the hours were earned: what is told to the bank twice must be told alike.
    title: Mapped[str] = mapped_column(String(120))
    certificate_number: Mapped[str] = mapped_column(String(64), unique=True)
    earned_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    # Since when it stands no more: set with the delivery that takes the hours back.
    reversed_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    course: Mapped[Course] = relationship()
    cycle: Mapped[Cycle | None] = relationship()
    quality_mark: Mapped[QualityMark | None] = relationship()
    person: Mapped[Person] = relationship()
    deliveries: Mapped[list["Delivery"]] = relationship(
        back_populates="credit", order_by="Delivery.id"
    )

    @property
    def kind(self) -> CreditKind:
        return CreditKind.STUDY if self.quality_mark_id is None else CreditKind.LECTURE

    @property
    def reference(self) -> str:
        """How this platform names the credit to the bank: the same for ever."""
        return self.reference_of(self.id)

    @staticmethod
    def reference_of(credit_id: int | str) -> str:
        return f"credit-{credit_id}"

    def delivery(self, kind: DeliveryKind) -> "Delivery | None":
        """The delivery of this kind, if there is one."""
        return next((row for row in self.deliveries if row.kind is kind), None)

    @property
    def is_reversed(self) -> bool:
        return self.reversed_at is not None


class Delivery(Model):
    """A message that the bank must get exactly once: the transactional outbox.

    It holds no name and no identity number; both are read when the message is sent.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("credit_id", "kind"),
        Index("ix_deliveries_due", "state", "next_try_at"),
        # What a daily reconciliation reads: the receipts of a day.
        Index("ix_deliveries_entered_at", "entered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    credit_id: Mapped[int] = mapped_column(ForeignKey("credits.id"))
    kind: Mapped[DeliveryKind] = mapped_column(EnumType(DeliveryKind))
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[DeliveryState] = mapped_column(
        EnumType(DeliveryState), default=DeliveryState.PENDING
    )
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    next_try_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    last_tried_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    acknowledged_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    problem: Mapped[DeliveryProblem | None] = mapped_column(EnumType(DeliveryProblem))
    # What the bank or the network said, beside the problem's own words.
    last_error: Mapped[str] = mapped_column(Text, default="")
    receipt: Mapped[dict[str, Any] | None]
    # As the receipt says: the bank's number of the entry, and when it was made.
    entry_number: Mapped[str | None] = mapped_column(String(64))
    entered_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # Checked proof that the entry is in the bank's log (proofs.Proof), once it has been fetched.
    proof: Mapped[dict[str, Any] | None]

    credit: Mapped[Credit] = relationship(back_populates="deliveries")

    @property
    def proved_at(self) -> dt.datetime | None:
        """When the bank signed the head of its log that the proof leads to."""
        return dt.datetime.fromisoformat(self.proof["signed_at"]) if self.proof else None

    @property
    def hours(self) -> Hours:
        """The hours as the bank enters them: a reversal's are negative."""
        return -self.credit.hours if self.kind is DeliveryKind.REVERSAL else self.credit.hours


class BankStatement(Model):
    """What the bank last said of a person's year: its sums, what it requires, what is short."""

    __tablename__ = "bank_statements"
    __table_args__ = (UniqueConstraint("person_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    year: Mapped[int]
    public: Mapped[Hours] = mapped_column(HoursType)
    professional: Mapped[Hours] = mapped_column(HoursType)
    required_public: Mapped[Hours] = mapped_column(HoursType)
    required_professional: Mapped[Hours] = mapped_column(HoursType)
    required_total: Mapped[Hours] = mapped_column(HoursType)
    short_public: Mapped[Hours] = mapped_column(HoursType)
    short_professional: Mapped[Hours] = mapped_column(HoursType)
    short_total: Mapped[Hours] = mapped_column(HoursType)
    as_of: Mapped[dt.datetime] = mapped_column(Instant)

    @property
    def total(self) -> Hours:
        return self.public + self.professional

    @property
    def is_met(self) -> bool:
        return not (self.short_public or self.short_professional or self.short_total)
