"""Quality courses (优质在线公需课): selected by the province, to the credit of their lecturer."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import Model
from lms.core.types import Hours, HoursType, Instant

_IN_FORCE = text("taken_back_at IS NULL")


class QualityMark(Model):
    """That a course was selected, with the hours its lecturer gets for it.

    Year and hours are those of the version that was shown when it was selected. A mark that was
    taken back stays as history; of a course at most one is in force.
    """

    __tablename__ = "quality_marks"
    __table_args__ = (
        CheckConstraint("hours > 0", name="hours_positive"),
        Index(
            "ux_quality_marks_one_in_force",
            "course_id",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_versions.id"))
    lecturer_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    year: Mapped[int]
    hours: Mapped[Hours] = mapped_column(HoursType)
    marked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    marked_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    taken_back_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, default="")

    course: Mapped[Course] = relationship()
    lecturer: Mapped[Person] = relationship(foreign_keys=[lecturer_id])

    @property
    def number(self) -> str:
        """How papers and the hour bank name the selection, in a certificate's place."""
        return f"QUALITY-{self.year}-{self.id}"
