"""Regrades on record: which key was wrong, what is right, and whose marks and result changed."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant
from lms.enrollments.models import Cycle, CycleState
from lms.exams.models import Attempt, AttemptState
from lms.questions.mending import Key
from lms.questions.models import Counting, Question


class RegradeState(LabelledEnum):
    RUNNING = "running", _l("正在重新评分"), "info"
    APPLIED = "applied", _l("已完成"), "success"


class Regrade(Model):
    """A question's key mended, and every paper that holds the question marked anew.

    The key holds from the moment the row is written. Papers follow in the background, in portions
    of cycles by their id: `last_cycle_id` moves on in the transaction of each portion, so that
    whoever dies leaves whole portions. `number` counts the regrades of the question.
    """

    __tablename__ = "exam_regrades"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        # One at a time for a course: two would each see half of what the other does to a paper.
        Index(
            "ux_exam_regrades_one_running",
            "course_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_exam_regrades_course_id_id", "course_id", "id"),
        Index("ix_exam_regrades_state_moved_at", "state", "moved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    number: Mapped[int]
    state: Mapped[RegradeState] = mapped_column(
        EnumType(RegradeState), default=RegradeState.RUNNING
    )
    counting: Mapped[Counting] = mapped_column(EnumType(Counting))
    answer: Mapped[list[Any]]
    former_counting: Mapped[Counting] = mapped_column(EnumType(Counting))
    former_answer: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text)
    stops_asking: Mapped[bool] = mapped_column(default=False)
    actor_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    # When it last went on; a worker that has died is known by it.
    moved_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    applied_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    last_cycle_id: Mapped[int] = mapped_column(default=0)
    cycle_total: Mapped[int] = mapped_column(default=0)
    cycle_done: Mapped[int] = mapped_column(default=0)
    # What came of it so far, by the names of queries.Counts.
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)

    course: Mapped[Course] = relationship()
    question: Mapped[Question] = relationship()
    actor: Mapped[Person] = relationship()

    @property
    def key(self) -> Key:
        """How the question is marked since."""
        return Key(self.counting, self.answer)

    @property
    def former_key(self) -> Key:
        """How it was marked before."""
        return Key(self.former_counting, self.former_answer)


class RegradedAttempt(Model):
    """What a regrade changed of one attempt: points and full marks in hundredths, and the state."""

    __tablename__ = "exam_regraded_attempts"

    regrade_id: Mapped[int] = mapped_column(ForeignKey("exam_regrades.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("exam_attempts.id"), primary_key=True, index=True
    )
    points_before: Mapped[int]
    points_after: Mapped[int]
    total_before: Mapped[int]
    total_after: Mapped[int]
    state_before: Mapped[AttemptState] = mapped_column(EnumType(AttemptState))
    state_after: Mapped[AttemptState] = mapped_column(EnumType(AttemptState))

    regrade: Mapped[Regrade] = relationship()
    attempt: Mapped[Attempt] = relationship()


class RegradedCycle(Model):
    """What a regrade made of one study cycle."""

    __tablename__ = "exam_regraded_cycles"

    regrade_id: Mapped[int] = mapped_column(ForeignKey("exam_regrades.id"), primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), primary_key=True, index=True)
    state_before: Mapped[CycleState] = mapped_column(EnumType(CycleState))
    state_after: Mapped[CycleState] = mapped_column(EnumType(CycleState))

    cycle: Mapped[Cycle] = relationship()
