"""Exam settings, attempts with their frozen papers, and applications for re-study."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalog.policies import RestudyRule
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant
from lms.enrollments.models import Cycle
from lms.exams.rules import LONGEST_SECTION, PartialCredit
from lms.questions.models import Question


class AttemptState(LabelledEnum):
    RUNNING = "running", _l("考试中"), "info"
    PASSED = "passed", _l("合格"), "success"
    FAILED = "failed", _l("不合格"), "warning"


class RestudyState(LabelledEnum):
    PENDING = "pending", _l("待审批"), "info"
    APPROVED = "approved", _l("已同意"), "success"
    REFUSED = "refused", _l("未同意"), "danger"


class _Blueprint:
    """`parts` is a list of lines as rules.Part has them, in the order of the paper.

    Their points are whole points; those of papers are hundredths.
    """

    @declared_attr.directive
    def __table_args__(cls) -> tuple[CheckConstraint, ...]:  # noqa: N805
        return (
            CheckConstraint("pass_percent BETWEEN 1 AND 100", name="pass_percent"),
            CheckConstraint("minutes > 0", name="minutes_positive"),
        )

    parts: Mapped[list[Any]]
    pass_percent: Mapped[int] = mapped_column(default=60)
    minutes: Mapped[int] = mapped_column(default=60)
    partial_credit: Mapped[PartialCredit] = mapped_column(
        EnumType(PartialCredit), default=PartialCredit.NONE
    )
    shuffles_questions: Mapped[bool] = mapped_column(default=True)
    shuffles_options: Mapped[bool] = mapped_column(default=True)
    shows_answers: Mapped[bool] = mapped_column(default=True)


class ExamSettings(_Blueprint, Model):
    """How the draft of a course is to be examined."""

    __tablename__ = "exam_settings"

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), primary_key=True)


class VersionExam(_Blueprint, Model):
    """How a version of a course is examined; it never changes."""

    __tablename__ = "version_exams"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_versions.id"), primary_key=True)


class Attempt(Model):
    """One sitting. Its row is inserted as the paper opens, which is what counts attempts.

    `points` is the sum of what the items were awarded, `total_points` that of their full marks:
    both in hundredths of a point.
    """

    __tablename__ = "exam_attempts"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        Index(
            "ux_exam_attempts_one_running",
            "cycle_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_exam_attempts_state_deadline", "state", "deadline_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    number: Mapped[int]
    state: Mapped[AttemptState] = mapped_column(
        EnumType(AttemptState), default=AttemptState.RUNNING
    )
    opened_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    deadline_at: Mapped[dt.datetime] = mapped_column(Instant)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    was_overdue: Mapped[bool] = mapped_column(default=False)
    pass_percent: Mapped[int]
    partial_credit: Mapped[PartialCredit] = mapped_column(
        EnumType(PartialCredit), default=PartialCredit.NONE
    )
    total_points: Mapped[int]
    points: Mapped[int | None]

    cycle: Mapped[Cycle] = relationship()
    items: Mapped[list["PaperItem"]] = relationship(
        back_populates="attempt", order_by="PaperItem.position"
    )


class PaperItem(Model):
    """A question of a paper as it was shown, and what was answered.

    `option_order` holds, for each shown place, the index of the option in the question; `chosen`
    holds indexes of the question's own order. `answer_serial` is the number of the newest answer
    taken, so that an older one arriving late changes nothing. `points` (full marks) and `awarded`
    (None until the attempt is marked) are hundredths of a point. `section` is the heading that the
    question stands under, empty for none.
    """

    __tablename__ = "exam_paper_items"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        # The papers of a question, and the question on a paper: thousands have it.
        Index("ix_exam_paper_items_question_id_attempt_id", "question_id", "attempt_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("exam_attempts.id"), index=True)
    position: Mapped[int]
    section: Mapped[str] = mapped_column(String(LONGEST_SECTION), default="")
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    option_order: Mapped[list[Any]]
    points: Mapped[int]
    awarded: Mapped[int | None]
    chosen: Mapped[list[Any]] = mapped_column(default=list)
    answer_serial: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    attempt: Mapped[Attempt] = relationship(back_populates="items")
    question: Mapped[Question] = relationship()


class RestudyApplication(Model):
    """An application to study again after two failed attempts (Rizhao 2024, 二(一)1)."""

    __tablename__ = "restudy_applications"
    __table_args__ = (
        Index(
            "ux_restudy_applications_one_open",
            "cycle_id",
            unique=True,
            sqlite_where=text("state <> 'refused'"),
            postgresql_where=text("state <> 'refused'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    state: Mapped[RestudyState] = mapped_column(
        EnumType(RestudyState), default=RestudyState.PENDING
    )
    # Who decides, as the policy had it when it was made.
    rule: Mapped[RestudyRule] = mapped_column(EnumType(RestudyRule), default=RestudyRule.EITHER)
    reason: Mapped[str] = mapped_column(Text)
    applied_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    decided_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    # None once it is decided: nobody but the policy decided.
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    remark: Mapped[str] = mapped_column(Text, default="")
    new_cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles.id"))

    cycle: Mapped[Cycle] = relationship(foreign_keys=[cycle_id])
    decided_by: Mapped[Person | None] = relationship()
