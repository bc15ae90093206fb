"""The quiet stretches of a lesson: of its draft, and of each version that was frozen."""

from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.catalog.models import Lesson
from lms.core.db import Model


class LessonQuiet(Model):
    """The stretches of a lesson's draft; no row if there are none.

    `stretches` are pairs of seconds [start, end] of the film, in order and apart. `duration_ms` is
    how long the film was when they were written: another film may want others.
    """

    __tablename__ = "lesson_quiet"

    lesson_id: Mapped[int] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True
    )
    stretches: Mapped[list[Any]]
    duration_ms: Mapped[int]

    lesson: Mapped[Lesson] = relationship()


class VersionQuiet(Model):
    """The stretches that a lesson has in a version; they never change."""

    __tablename__ = "version_quiet"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "lesson_id"],
            ["version_lessons.version_id", "version_lessons.lesson_id"],
        ),
    )

    version_id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    stretches: Mapped[list[Any]]
