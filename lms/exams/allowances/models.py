"""Extra time in exams, granted to a person for some days."""

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Model
from lms.core.types import Instant

MOST_EXTRA_PERCENT = 200


class TimeAllowance(Model):
    """`extra_percent` of an exam's time on top of it, from `starts_on` to `ends_on` (both count).

    It is never edited or deleted: whoever takes it back ends it, and the record stays.
    """

    __tablename__ = "exam_allowances"
    __table_args__ = (
        CheckConstraint(f"extra_percent BETWEEN 1 AND {MOST_EXTRA_PERCENT}", name="extra_percent"),
        CheckConstraint("ends_on >= starts_on", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    extra_percent: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[dt.date] = mapped_column(Date)
    ends_on: Mapped[dt.date] = mapped_column(Date)
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    granted_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    granted_by: Mapped[Person] = relationship(foreign_keys=[granted_by_id])
    ended_by: Mapped[Person | None] = relationship(foreign_keys=[ended_by_id])
