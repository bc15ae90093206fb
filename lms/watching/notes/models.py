"""What a learner wrote down at a moment of a lesson."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.catalog.models import Lesson
from lms.core import clock
from lms.core.db import Model
from lms.core.types import Instant


class LessonNote(Model):
    """A note, or without words a bookmark.

    It belongs to a person and a lesson, whatever the cycle and the version, so that it is there
    again in a re-study. `at_ms` is the moment as it was written: a film that replaces the lesson's
    may be shorter, so whoever shows it keeps it within the film. The page that writes chooses
    `key` once, so that a request may be repeated; each change counts `revision` up, so that two
    pages never overwrite each other's words unseen.
    """

    __tablename__ = "lesson_notes"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        CheckConstraint("at_ms >= 0", name="at_ms_not_negative"),
        Index("ix_lesson_notes_person_id_lesson_id_at_ms", "person_id", "lesson_id", "at_ms"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"), index=True)
    key: Mapped[str] = mapped_column(String(32))
    at_ms: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    changed_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    lesson: Mapped[Lesson] = relationship()

    @property
    def is_bookmark(self) -> bool:
        """Whether it marks the moment and says nothing."""
        return not self.text
