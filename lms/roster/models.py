"""An import of people, its rows made ready, and what is wrong in it."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType
from lms.core.types import Instant
from lms.organizations.models import Organization
from lms.roster.enums import FileFault, Problem, RosterState, SheetFormat, Verdict
from lms.roster.rules import MOST_COLUMNS, column_letter
from lms.roster.states import IN_WORK


class RosterImport(Model):
    """One uploaded workbook: checked first, then applied at once or not at all.

    The file and the marked workbook lie encrypted, bound to `key`, in a folder nobody serves.
    """

    __tablename__ = "roster_imports"
    __table_args__ = (
        Index("ix_roster_imports_organization_id_id", "organization_id", "id"),
        Index("ix_roster_imports_uploader_id_id", "uploader_id", "id"),
        Index("ix_roster_imports_state_expires_at", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[RosterState] = mapped_column(EnumType(RosterState), default=RosterState.UPLOADED)
    # Whose affair it is: where the uploader has the post that allows it.
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    uploader_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    # The unit of rows that name none.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    address: Mapped[str | None] = mapped_column(String(45))
    file_name: Mapped[str] = mapped_column(String(255))
    format: Mapped[SheetFormat] = mapped_column(EnumType(SheetFormat))
    size_bytes: Mapped[int]
    # What is still kept of it: the upload with rows made ready, the problems, the marked workbook.
    has_file: Mapped[bool] = mapped_column(default=True)
    has_problems: Mapped[bool] = mapped_column(default=True)
    has_marked: Mapped[bool] = mapped_column(default=False)
    fault: Mapped[FileFault | None] = mapped_column(EnumType(FileFault))
    fault_detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    new_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    moved_count: Mapped[int] = mapped_column(default=0)
    # Those of the moved whose present unit is not the uploader's: applying only asks for them.
    asked_count: Mapped[int] = mapped_column(default=0)
    refused_count: Mapped[int] = mapped_column(default=0)
    progress_percent: Mapped[int] = mapped_column(default=0)
    # How often it was checked; what is confirmed is one particular check.
    checks: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    claim_token: Mapped[str | None] = mapped_column(String(16))
    heartbeat_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    queued_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    checked_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    applied_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant)

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    unit: Mapped[Organization | None] = relationship(foreign_keys=[unit_id])
    uploader: Mapped[Person] = relationship()

    @property
    def is_in_work(self) -> bool:
        """Whether a worker has it, or it waits for one."""
        return self.state in IN_WORK

    @property
    def row_count(self) -> int:
        """How many people the file names."""
        return self.ready_count + self.unchanged_count + self.refused_count

    @property
    def ready_count(self) -> int:
        """How many rows applying does something with."""
        return self.new_count + self.changed_count + self.moved_count

    @property
    def fault_text(self) -> str:
        """Why the file cannot be used, for the user."""
        return str(self.fault.label) % self.fault_detail if self.fault else ""


class RosterRow(Model):
    """A sound row, ready to be written: the cells are sealed for the person they are for.

    `seen_…` is what the check found of the person; applying asks whether it still holds.
    """

    __tablename__ = "roster_rows"

    import_id: Mapped[int] = mapped_column(ForeignKey("roster_imports.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(EnumType(Verdict))
    is_asked: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[int | None]
    record_key: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[int]
    identity_kind: Mapped[str] = mapped_column(String(32))
    identity_hash: Mapped[str] = mapped_column(String(64))
    # Of people who are there already the number is kept no second time.
    identity_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    identity_head: Mapped[str | None] = mapped_column(String(6))
    identity_tail: Mapped[str | None] = mapped_column(String(4))
    phone_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[str | None] = mapped_column(String(64))
    phone_tail: Mapped[str | None] = mapped_column(String(4))
    email: Mapped[str | None] = mapped_column(String(128))
    profession: Mapped[str | None] = mapped_column(String(32))
    title_level: Mapped[str | None] = mapped_column(String(32))
    changed_fields: Mapped[str | None] = mapped_column(String(64))
    seen_unit_id: Mapped[int | None]
    seen_phone_hash: Mapped[str | None] = mapped_column(String(64))
    seen_email: Mapped[str | None] = mapped_column(String(128))
    seen_profession: Mapped[str | None] = mapped_column(String(32))
    seen_title_level: Mapped[str | None] = mapped_column(String(32))


class RosterProblem(Model):
    """What is wrong with a cell. `place` is row x 256 + column, so that they stand in order."""

    __tablename__ = "roster_problems"

    import_id: Mapped[int] = mapped_column(ForeignKey("roster_imports.id"), primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    heading: Mapped[str] = mapped_column(String(16))
    kind: Mapped[Problem] = mapped_column(EnumType(Problem))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @property
    def row_number(self) -> int:
        """The row as the program that shows the sheet numbers it, from 1."""
        return self.place // MOST_COLUMNS

    @property
    def letter(self) -> str:
        """The column as the program that shows the sheet names it, from A."""
        return column_letter(self.place % MOST_COLUMNS)

    @property
    def text(self) -> str:
        """The reason, for the user."""
        return str(self.kind.label) % self.detail


def place_of(row: int, column: int) -> int:
    """The place of a cell among the problems of an import."""
    return row * MOST_COLUMNS + column
