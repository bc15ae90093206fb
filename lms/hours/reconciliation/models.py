"""Days that were reconciled with the bank, and what differed."""

import datetime as dt
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.db import Model
from lms.core.enums import EnumType, HourCategory
from lms.core.types import ZERO_HOURS, Hours, HoursType, Instant
from lms.hours.models import Delivery, DeliveryKind, DeliveryProblem
from lms.hours.reconciliation.rules import DifferenceKind


class Reconciliation(Model):
    """A day (Asia/Shanghai) of the bank's ledger, and our receipts of that day.

    Counts and sums are of the last run that came to its end.
    """

    __tablename__ = "reconciliations"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, unique=True)
    own_count: Mapped[int] = mapped_column(default=0)
    own_hours: Mapped[Hours] = mapped_column(HoursType, default=ZERO_HOURS)
    bank_count: Mapped[int] = mapped_column(default=0)
    bank_hours: Mapped[Hours] = mapped_column(HoursType, default=ZERO_HOURS)
    # When both sides were last compared wholly; none: never yet.
    reconciled_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # The run under way: until when its worker is taken to be alive, and how far it has read.
    busy_until: Mapped[dt.datetime | None] = mapped_column(Instant)
    read_count: Mapped[int] = mapped_column(default=0)
    total_count: Mapped[int] = mapped_column(default=0)
    # Why the last run did not come to its end.
    problem: Mapped[DeliveryProblem | None] = mapped_column(EnumType(DeliveryProblem))
    last_error: Mapped[str] = mapped_column(Text, default="")
    tried_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    differences: Mapped[list["ReconciliationDifference"]] = relationship(
        back_populates="reconciliation", order_by="ReconciliationDifference.id"
    )


class ReconciliationDifference(Model):
    """An entry about which the two sides differ; settled once a later run finds them agreed."""

    __tablename__ = "reconciliation_differences"
    __table_args__ = (
        Index("ix_reconciliation_differences_open", "settled_at", "reconciliation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reconciliation_id: Mapped[int] = mapped_column(ForeignKey("reconciliations.id"), index=True)
    kind: Mapped[DifferenceKind] = mapped_column(EnumType(DifferenceKind))
    reference: Mapped[str] = mapped_column(String(64))
    entry_kind: Mapped[DeliveryKind] = mapped_column(EnumType(DeliveryKind))
    # None where the platform knows nothing of the kind.
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))
    own_entry: Mapped[str | None] = mapped_column(String(64))
    own_year: Mapped[int | None]
    own_category: Mapped[HourCategory | None] = mapped_column(EnumType(HourCategory))
    own_hours: Mapped[Hours | None] = mapped_column(HoursType)
    # What the bank had signed to us: the evidence, whatever becomes of the delivery.
    own_receipt: Mapped[dict[str, Any] | None]
    bank_entry: Mapped[str | None] = mapped_column(String(64))
    bank_year: Mapped[int | None]
    bank_category: Mapped[HourCategory | None] = mapped_column(EnumType(HourCategory))
    bank_hours: Mapped[Hours | None] = mapped_column(HoursType)
    found_at: Mapped[dt.datetime] = mapped_column(Instant)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    reconciliation: Mapped[Reconciliation] = relationship(back_populates="differences")
    delivery: Mapped[Delivery | None] = relationship()
