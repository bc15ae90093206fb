"""Versions of courses: what was submitted, judged and published, and every step on the way."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalog.models import Course, Etextbook, EtextbookFormat, Lesson
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, HourCategory, LabelledEnum
from lms.core.types import Hours, HoursType, Instant

_SHOWN = text("state IN ('published', 'withdrawn')")
_IN_REVIEW = text("state IN ('submitted', 'base_approved', 'approved')")


class VersionState(LabelledEnum):
    """How far a version has come. Of a course at most one is in review, and at most one shown."""

    SUBMITTED = "submitted", _l("待基地审核"), "info"
    BASE_APPROVED = "base_approved", _l("待人社部门审核"), "info"
    APPROVED = "approved", _l("审核通过，待发布"), "success"
    RETURNED = "returned", _l("已退回修改"), "warning"
    RECALLED = "recalled", _l("已收回"), "neutral"
    PUBLISHED = "published", _l("已发布"), "success"
    REPLACED = "replaced", _l("已有新版本"), "neutral"
    WITHDRAWN = "withdrawn", _l("已下架"), "warning"


class ReviewDeed(LabelledEnum):
    """What somebody did with a version."""

    SUBMIT = "submit", _l("提交审核"), "info"
    RECALL = "recall", _l("收回"), "neutral"
    APPROVE = "approve", _l("审核通过"), "success"
    RETURN = "return", _l("退回修改"), "warning"
    PUBLISH = "publish", _l("发布"), "success"
    WITHDRAW = "withdraw", _l("下架"), "warning"


class CourseVersion(Model):
    """A course as it stood when it was submitted. Its facts never change afterwards.

    Whoever studies is bound to the version they began with, so that a trainer may go on editing.
    The films of its lessons are bound in `videos`, which stands above.
    """

    __tablename__ = "course_versions"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        CheckConstraint("hours > 0", name="hours_positive"),
        Index(
            "ux_course_versions_one_shown",
            "course_id",
            unique=True,
            sqlite_where=_SHOWN,
            postgresql_where=_SHOWN,
        ),
        Index(
            "ux_course_versions_one_in_review",
            "course_id",
            unique=True,
            sqlite_where=_IN_REVIEW,
            postgresql_where=_IN_REVIEW,
        ),
        Index("ix_course_versions_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(
        EnumType(VersionState), default=VersionState.SUBMITTED
    )
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[HourCategory] = mapped_column(EnumType(HourCategory))
    hours: Mapped[Hours] = mapped_column(HoursType)
    year: Mapped[int]
    lecturer_name: Mapped[str] = mapped_column(String(64))
    lecturer_title: Mapped[str] = mapped_column(String(64), default="")
    lecturer_about: Mapped[str] = mapped_column(Text, default="")
    requires_exam: Mapped[bool] = mapped_column(default=True)
    max_pace_tenths: Mapped[int] = mapped_column(default=10)
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    submitted_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    # Who approved it for the base: the bureau's step must be somebody else's.
    base_approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    published_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    course: Mapped[Course] = relationship()
    submitted_by: Mapped[Person] = relationship(foreign_keys=[submitted_by_id])
    lessons: Mapped[list["VersionLesson"]] = relationship(
        order_by="VersionLesson.position", cascade="all, delete-orphan"
    )
    etextbooks: Mapped[list["VersionEtextbook"]] = relationship(
        order_by="VersionEtextbook.position", cascade="all, delete-orphan"
    )
    steps: Mapped[list["ReviewStep"]] = relationship(
        back_populates="version", order_by="ReviewStep.id", cascade="all, delete-orphan"
    )


class VersionLesson(Model):
    """A lesson as a version has it. Pages take it wherever they take a lesson."""

    __tablename__ = "version_lessons"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_versions.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"), primary_key=True, index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")

    lesson: Mapped[Lesson] = relationship()

    @property
    def id(self) -> int:
        """The number of the lesson itself, which is the same in every version."""
        return self.lesson_id


class VersionEtextbook(Model):
    """An e-textbook as a version has it; its file stays as long as a version names it."""

    __tablename__ = "version_etextbooks"

    version_id: Mapped[int] = mapped_column(ForeignKey("course_versions.id"), primary_key=True)
    etextbook_id: Mapped[int] = mapped_column(
        ForeignKey("etextbooks.id"), primary_key=True, index=True
    )
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))

    etextbook: Mapped[Etextbook] = relationship()

    @property
    def id(self) -> int:
        """The number of the e-textbook itself."""
        return self.etextbook_id

    @property
    def size_bytes(self) -> int:
        return self.etextbook.size_bytes

    @property
    def format(self) -> EtextbookFormat:
        return self.etextbook.format


class ReviewStep(Model):
    """One step of a version's way: who did what, when, and what they said."""

    __tablename__ = "review_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_versions.id"), index=True)
    deed: Mapped[ReviewDeed] = mapped_column(EnumType(ReviewDeed))
    # The state that it led to, which tells the base's approval from the bureau's.
    state: Mapped[VersionState] = mapped_column(EnumType(VersionState))
    actor_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    remark: Mapped[str] = mapped_column(Text, default="")
    happened_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    version: Mapped[CourseVersion] = relationship(back_populates="steps")
    actor: Mapped[Person] = relationship()
