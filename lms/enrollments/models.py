"""Study cycles: one person studying one course once."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.catalog.version_models import CourseVersion
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Instant


class CycleState(LabelledEnum):
    ACTIVE = "active", _l("学习中"), "info"
    COMPLETED = "completed", _l("已完成"), "success"
    FAILED = "failed", _l("考试未通过"), "warning"
    WITHDRAWN = "withdrawn", _l("已退课"), "neutral"


class EntryReason(LabelledEnum):
    """Why somebody may study: what an inspector asks first."""

    FREE = "free", _l("免费报名")
    ORDER = "order", _l("购买")
    RESTUDY = "restudy", _l("重新学习")


class Cycle(Model):
    """A study cycle. At most one of a person and course is active, and at most one completed.

    It is bound to the version of the course that it began with: whatever the trainer changes and
    publishes meanwhile, lessons, films, hours and exam stay what they were.
    """

    __tablename__ = "cycles"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "number"),
        Index(
            "ux_cycles_one_active",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index(
            "ux_cycles_one_completed",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("state = 'completed'"),
            postgresql_where=text("state = 'completed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_versions.id"), index=True)
    number: Mapped[int]
    state: Mapped[CycleState] = mapped_column(EnumType(CycleState), default=CycleState.ACTIVE)
    reason: Mapped[EntryReason] = mapped_column(EnumType(EntryReason))
    started_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()
    version: Mapped[CourseVersion] = relationship()
