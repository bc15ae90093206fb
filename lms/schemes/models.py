"""Study schemes (学习方案) of departments for a year, and their revisions."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.enums import ProfessionSeries, TitleLevel
from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant
from lms.organizations.models import Division, Organization
from lms.schemes.rules import Topic, read_topics


class SchemeState(LabelledEnum):
    DRAFT = "draft", _l("草稿"), "neutral"
    PUBLISHED = "published", _l("已发布"), "success"
    WITHDRAWN = "withdrawn", _l("已撤回"), "warning"


class Scheme(Model):
    """What professionals of a series study in a year, as their department lays down.

    Shandong 2025, 三(二): each industry department makes the scheme of its trade and publishes it.
    What it says stands in its revisions: those published, and at most one that is being written.
    """

    __tablename__ = "schemes"
    __table_args__ = (
        Index(
            "ux_schemes_one_published",
            "organization_id",
            "year",
            "profession",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
        # What a learner is shown, and the public list of a year.
        Index("ix_schemes_state_year_profession", "state", "year", "profession"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    profession: Mapped[ProfessionSeries] = mapped_column(EnumType(ProfessionSeries))
    state: Mapped[SchemeState] = mapped_column(EnumType(SchemeState), default=SchemeState.DRAFT)
    # The number of the revision in force; 0 before the first is published. The one that is being
    # written bears the next number, so that there is never more than one.
    current_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    organization: Mapped[Organization] = relationship()


class SchemeRevision(Model):
    """One wording of a scheme with its courses; once published it is not changed any more."""

    __tablename__ = "scheme_revisions"
    __table_args__ = (UniqueConstraint("scheme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("schemes.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    # Whom it is for, besides the series: values of TitleLevel (none: all levels), and a division.
    title_levels: Mapped[list[str]] = mapped_column(default=list)
    division_code: Mapped[str] = mapped_column(ForeignKey("divisions.code"))
    audience: Mapped[str] = mapped_column(Text, default="")
    goals: Mapped[str] = mapped_column(Text, default="")
    # Contents as lists of title, category and tenths of hours (rules.Topic).
    topics: Mapped[list[Any]] = mapped_column(default=list)
    ways: Mapped[str] = mapped_column(Text, default="")
    channels: Mapped[str] = mapped_column(Text, default="")
    textbooks: Mapped[str] = mapped_column(Text, default="")
    examination: Mapped[str] = mapped_column(Text, default="")
    supervision: Mapped[str] = mapped_column(Text, default="")
    contact_name: Mapped[str] = mapped_column(String(64), default="")
    contact_phone: Mapped[str] = mapped_column(String(64), default="")
    contact_email: Mapped[str] = mapped_column(String(128), default="")
    # What has changed, told as it is published.
    note: Mapped[str] = mapped_column(String(500), default="")
    published_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    scheme: Mapped[Scheme] = relationship()
    division: Mapped[Division] = relationship()

    @property
    def topic_list(self) -> list[Topic]:
        """The contents, read."""
        return read_topics(self.topics)

    @property
    def levels(self) -> list[TitleLevel]:
        """The levels of titles it is for; empty means all."""
        return [level for level in TitleLevel if level.value in self.title_levels]


class SchemeCourse(Model):
    """A course in its place in a revision."""

    __tablename__ = "scheme_courses"
    __table_args__ = (
        UniqueConstraint("revision_id", "course_id"),
        Index("ix_scheme_courses_revision_id_position_id", "revision_id", "position", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("scheme_revisions.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    position: Mapped[int]

    course: Mapped[Course] = relationship()
