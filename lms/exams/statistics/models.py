"""Statistics that were computed for a course with many papers, kept until they are asked anew."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Model
from lms.core.types import Instant


class ExamStatistics(Model):
    """The figures of all versions of a course (`version_number` 0) or of one.

    `figures` is what rules.Figures holds, without any name. None until they were computed once.
    """

    __tablename__ = "exam_statistics"

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    version_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asked_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now, index=True)
    computed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    figures: Mapped[dict[str, Any] | None]

    @property
    def is_waiting(self) -> bool:
        """Whether they were asked for after they were last computed."""
        return self.computed_at is None or self.computed_at < self.asked_at
