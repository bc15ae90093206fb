"""Courses, their lessons and e-textbooks."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Union

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalog.policies import StudyDates, dates_on, study_dates
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, HourCategory, LabelledEnum
from lms.core.types import Hours, HoursType, Instant
from lms.organizations.models import Organization

if TYPE_CHECKING:
    from lms.catalog.quality_models import QualityMark
    from lms.catalog.version_models import CourseVersion

# The conditions by which a course finds the version that is shown, and the one in review.
_SHOWN = (
    "and_(Course.id == foreign(CourseVersion.course_id),"
    " CourseVersion.state.in_(('published', 'withdrawn')))"
)
_IN_REVIEW = (
    "and_(Course.id == foreign(CourseVersion.course_id),"
    " CourseVersion.state.in_(('submitted', 'base_approved', 'approved')))"
)

_SELECTED = "and_(Course.id == foreign(QualityMark.course_id), QualityMark.taken_back_at.is_(None))"


class CourseState(LabelledEnum):
    DRAFT = "draft", _l("草稿"), "neutral"
    PUBLISHED = "published", _l("已发布"), "success"
    WITHDRAWN = "withdrawn", _l("已下架"), "warning"


class EtextbookFormat(LabelledEnum):
    """What a textbook was given as; told by its content."""

    EPUB = "epub", "EPUB"
    HTML = "html", "HTML"
    PDF = "pdf", "PDF"


class LessonKind(LabelledEnum):
    """What a lesson is studied by. It is chosen as the lesson is made and never changes."""

    FILM = "film", _l("视频或音频")
    READING = "reading", _l("教材阅读")


class Course(Model):
    """A course of a base: so many hours of one category in one year.

    What is written here is the draft that its trainers work on; what everybody else sees, and
    learners study, is a version of it. State, closing day and cover are the course's own.
    """

    __tablename__ = "courses"
    __table_args__ = (
        CheckConstraint("hours > 0", name="hours_positive"),
        CheckConstraint("max_pace_tenths BETWEEN 10 AND 20", name="pace_one_to_two"),
        # What the catalogue offers to narrow by, and its newest of a year or of a base.
        Index("ix_courses_state_year_id", "state", "year", "id"),
        Index("ix_courses_base_id_state_id", "base_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[HourCategory] = mapped_column(EnumType(HourCategory))
    hours: Mapped[Hours] = mapped_column(HoursType)
    year: Mapped[int]
    lecturer_name: Mapped[str] = mapped_column(String(64))
    lecturer_title: Mapped[str] = mapped_column(String(64), default="")
    lecturer_about: Mapped[str] = mapped_column(Text, default="")
    # The lecturer's own account, to which hours for a quality course go.
    lecturer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    # A file under media/, or None for a drawn cover.
    cover_path: Mapped[str | None] = mapped_column(String(255))
    state: Mapped[CourseState] = mapped_column(
        EnumType(CourseState), default=CourseState.DRAFT, index=True
    )
    # Jining 2022, 二(二)2: a course may need no exam and then completes when it is watched.
    requires_exam: Mapped[bool] = mapped_column(default=True)
    # Tenths of the clock's pace: 10 plays at life speed only, 20 allows double speed.
    max_pace_tenths: Mapped[int] = mapped_column(default=10)
    closes_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    published_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    base: Mapped[Organization] = relationship()
    created_by: Mapped[Person] = relationship(foreign_keys=[created_by_id])
    lecturer: Mapped[Person | None] = relationship(foreign_keys=[lecturer_id])
    lessons: Mapped[list["Lesson"]] = relationship(
        back_populates="course", order_by="Lesson.position", cascade="all, delete-orphan"
    )
    etextbooks: Mapped[list["Etextbook"]] = relationship(
        back_populates="course",
        primaryjoin="and_(Course.id == Etextbook.course_id, Etextbook.removed_at.is_(None))",
        order_by="Etextbook.id",
        cascade="all, delete-orphan",
    )
    # The version in the catalogue, or the last that was there.
    version: Mapped["CourseVersion | None"] = relationship(
        primaryjoin=_SHOWN, viewonly=True, uselist=False
    )
    review: Mapped["CourseVersion | None"] = relationship(
        primaryjoin=_IN_REVIEW, viewonly=True, uselist=False
    )
    # The selection as a quality course that is in force.
    quality: Mapped["QualityMark | None"] = relationship(
        primaryjoin=_SELECTED, viewonly=True, uselist=False
    )

    @property
    def shown(self) -> Union["Course", "CourseVersion"]:
        """What everybody sees of it: the version in the catalogue; before the first, the draft."""
        return self.version or self

    @property
    def study_dates(self) -> StudyDates | None:
        """The days on which the policy of the base's division lets one study it, or None.

        Those in force, else the next, else the last.
        """
        shown = self.shown
        known = study_dates(self.base.division_code, shown.year, shown.category)
        return dates_on(known, clock.today())

    @property
    def opens_on(self) -> dt.date | None:
        """The day on which one may begin, if that is still to come."""
        dates = self.study_dates
        is_coming = dates is not None and clock.today() < dates.opens_on
        return dates.opens_on if dates is not None and is_coming else None

    @property
    def last_day(self) -> dt.date | None:
        """The last day (24:00): the policy's or, if that is earlier, the course's own."""
        dates = self.study_dates
        days = [self.closes_on, dates.closes_on if dates is not None else None]
        return min((day for day in days if day is not None), default=None)

    @property
    def is_make_up(self) -> bool:
        """Whether a later year's policy keeps it open, to make up for its own year."""
        dates = self.study_dates
        return dates is not None and self.shown.year in dates.make_up_years

    @property
    def is_past_closing(self) -> bool:
        """Whether its last day (24:00) is over."""
        last = self.last_day
        return last is not None and clock.today() > last

    @property
    def is_study_time(self) -> bool:
        """Whether today is neither before its first day nor after its last one."""
        return self.opens_on is None and not self.is_past_closing

    @property
    def is_open(self) -> bool:
        """Whether it can be begun today: published, and within its days."""
        return self.state is CourseState.PUBLISHED and self.is_study_time


class Lesson(Model):
    """A lesson, in its place in the course.

    What it holds is known above: its film to `videos`, the pages to read to `readings`.
    """

    __tablename__ = "lessons"
    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[LessonKind] = mapped_column(EnumType(LessonKind), default=LessonKind.FILM)

    course: Mapped[Course] = relationship(back_populates="lessons")


class Etextbook(Model):
    """An e-textbook (电子教材) of a course: a PDF under media/, or a folder of chapters there.

    `contents` is the table of contents of one with chapters: records of `books.Entry`. One that a
    version names stays when it is taken out of the draft, which `removed_at` notes.
    """

    __tablename__ = "etextbooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int]
    format: Mapped[EtextbookFormat] = mapped_column(
        EnumType(EtextbookFormat), default=EtextbookFormat.PDF
    )
    # Whether learners may keep the file; only a PDF is kept as it came.
    may_download: Mapped[bool] = mapped_column(default=False)
    chapter_count: Mapped[int] = mapped_column(default=0)
    contents: Mapped[list[Any]] = mapped_column(default=list)
    removed_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    course: Mapped[Course] = relationship(back_populates="etextbooks")


class CourseSubject(Model):
    """That a course belongs to a subject of `catalog.subject_tree`, which is data and no table."""

    __tablename__ = "course_subjects"
    __table_args__ = (Index("ix_course_subjects_code_course_id", "code", "course_id"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
