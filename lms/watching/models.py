"""What of a lesson a learner has been given, and the one clock on which they earn it.

`StudyClock` is the row the hot path touches; `LessonProgress` is where a lesson's state rests
while another lesson is in play. Opening a lesson parks one and loads the other in one transaction.
"""

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalog.models import Lesson
from lms.core import clock
from lms.core.db import Model
from lms.core.types import Instant
from lms.enrollments.models import Cycle
from lms.questions.models import Question
from lms.readings.models import Reading
from lms.videos.models import Video


class LessonProgress(Model):
    """One cycle's way through one lesson, bound to the film or the pages it began with.

    Windows below `high_water` are released. `gates` are the window boundaries at which a pop-up
    stands: gate g is asked before window g is released, and g == window_count at the end. `trail`
    names every release as "window:seconds after started_at", and every fall-back as "<window:…".
    `ends_at_ms` is when the last window, once released, will have been seen to its end.
    """

    __tablename__ = "lesson_progress"
    __table_args__ = (
        UniqueConstraint("cycle_id", "lesson_id"),
        CheckConstraint("high_water BETWEEN 0 AND window_count", name="high_water_within"),
        CheckConstraint("(video_id IS NULL) <> (reading_id IS NULL)", name="film_or_pages"),
        Index(
            "ix_lesson_progress_to_finish",
            "ends_at_ms",
            sqlite_where=text("finished_at IS NULL AND ends_at_ms IS NOT NULL"),
            postgresql_where=text("finished_at IS NULL AND ends_at_ms IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"), index=True)
    video_id: Mapped[int | None] = mapped_column(ForeignKey("videos.id"))
    # Of the film; 0 for pages, which never change.
    package_version: Mapped[int]
    reading_id: Mapped[int | None] = mapped_column(ForeignKey("readings.id"))
    window_count: Mapped[int]
    window_ms: Mapped[int]
    duration_ms: Mapped[int]
    high_water: Mapped[int] = mapped_column(default=0)
    gates: Mapped[list[int]]
    gates_passed: Mapped[list[int]] = mapped_column(default=list)
    wrong_in_a_row: Mapped[int] = mapped_column(default=0)
    trail: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    ends_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # Where a page said it stopped, the high-water mark of then, and its lease: for going on alone.
    left_ms: Mapped[int | None]
    left_high_water: Mapped[int | None]
    left_lease: Mapped[int | None] = mapped_column(BigInteger)

    cycle: Mapped[Cycle] = relationship()
    lesson: Mapped[Lesson] = relationship()
    video: Mapped[Video | None] = relationship()
    reading: Mapped[Reading | None] = relationship()

    @property
    def next_gate(self) -> int | None:
        """The first gate that is still shut, or None."""
        return next((gate for gate in self.gates if gate not in self.gates_passed), None)

    @property
    def fall_back_to(self) -> int:
        """The window from which one watches again after too many wrong answers."""
        return max(self.gates_passed, default=0)


class StudyClock(Model):
    """One learner's clock: the only row that releasing a window touches.

    `due_ms` is the pace bucket: the instant at which all that was released will have been seen. It
    belongs to the learner, not to a lesson, so that ten lessons earn what one earns. `trail` holds
    the releases since the lease was taken or a pop-up was answered. The row has no index but its
    key, and room to spare on its page, so that PostgreSQL updates it in place.
    """

    __tablename__ = "study_clocks"
    __table_args__ = ({"postgresql_with": {"fillfactor": 60}},)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    # A random number that changes whenever a page takes the lease; 0 before the first.
    lease: Mapped[int] = mapped_column(BigInteger, default=0)
    progress_id: Mapped[int | None] = mapped_column(ForeignKey("lesson_progress.id"))
    high_water: Mapped[int] = mapped_column(default=0)
    window_count: Mapped[int] = mapped_column(default=0)
    next_gate: Mapped[int | None]
    due_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    trail: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship()
    progress: Mapped[LessonProgress | None] = relationship()


class Popup(Model):
    """A question asked at a gate, and what was answered. At most one of a lesson is open."""

    __tablename__ = "popups"
    __table_args__ = (
        Index(
            "ux_popups_one_open",
            "progress_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    progress_id: Mapped[int] = mapped_column(ForeignKey("lesson_progress.id"), index=True)
    gate: Mapped[int]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    # The options' own indexes in the order in which they were shown.
    option_order: Mapped[list[Any]]
    nonce: Mapped[str] = mapped_column(String(32), unique=True)
    asked_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    answered_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # The options' own indexes, as graded.
    chosen: Mapped[list[Any] | None]
    is_right: Mapped[bool | None]
    wait_until: Mapped[dt.datetime | None] = mapped_column(Instant)

    progress: Mapped[LessonProgress] = relationship()
    question: Mapped[Question] = relationship()


class WatchedCourse(Model):
    """All lessons of a cycle's course were watched. One row a cycle: it is told once."""

    __tablename__ = "watched_courses"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), primary_key=True)
    watched_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    cycle: Mapped[Cycle] = relationship()
