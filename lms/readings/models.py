"""What a lesson gives to read, and which of it a version of the course holds."""

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.catalog.models import Etextbook, EtextbookFormat, Lesson
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType
from lms.core.types import Instant


class Reading(Model):
    """A stretch of an e-textbook, cut into pages of its own. It never changes once it is made.

    At most one of a lesson is current; another one replaces it. Its pages are files below `path`
    and stay as they are, whatever becomes of the book. To the gate it is what a film is: so many
    windows (pages) of so many seconds each.
    """

    __tablename__ = "readings"
    __table_args__ = (
        CheckConstraint("page_count > 0", name="page_count_positive"),
        CheckConstraint("page_seconds > 0", name="page_seconds_positive"),
        Index(
            "ux_readings_one_current",
            "lesson_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"), index=True)
    # None once the book is gone: the pages do not need it.
    etextbook_id: Mapped[int | None] = mapped_column(
        ForeignKey("etextbooks.id", ondelete="SET NULL"), index=True
    )
    book_title: Mapped[str] = mapped_column(String(120))
    format: Mapped[EtextbookFormat] = mapped_column(EnumType(EtextbookFormat))
    # Of a PDF its pages, from 1; of other books the entries of its contents, from 0; both included.
    first: Mapped[int]
    last: Mapped[int]
    # The titles of the first and the last entry; "" for a PDF.
    first_title: Mapped[str] = mapped_column(String(120), default="")
    last_title: Mapped[str] = mapped_column(String(120), default="")
    # A folder below media/. A copied course names the one of its source.
    path: Mapped[str] = mapped_column(String(255), index=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    page_count: Mapped[int]
    page_seconds: Mapped[int]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    replaced_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    lesson: Mapped[Lesson] = relationship()
    etextbook: Mapped[Etextbook | None] = relationship()

    @property
    def is_pdf(self) -> bool:
        """Whether its pages are drawn, each a PDF of one page, and not text."""
        return self.format is EtextbookFormat.PDF

    @property
    def window_count(self) -> int:
        """Its pages, as the gate counts them."""
        return self.page_count

    @property
    def window_seconds(self) -> int:
        """How long the gate gives a page."""
        return self.page_seconds

    @property
    def duration_ms(self) -> int:
        """How long all of it takes at least, in milliseconds."""
        return self.page_count * self.page_seconds * 1000


class VersionReading(Model):
    """What a lesson gives to read in a version of its course."""

    __tablename__ = "version_readings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version_id", "lesson_id"],
            ["version_lessons.version_id", "version_lessons.lesson_id"],
        ),
    )

    version_id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id"), index=True)

    reading: Mapped[Reading] = relationship()
