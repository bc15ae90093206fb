"""What statements keep: details of entries that the form prints, and annual certificates."""

import datetime as dt
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Table,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, LabelledEnum
from lms.core.types import Hours, HoursType, Instant
from lms.documents.rules import mask_identity, mask_name
from lms.hourbank.models import BankPerson, LedgerEntry


class EntryDetails(Model):
    """What the register form prints of an entry beside what the ledger holds.

    Written once with the entry and never changed: triggers refuse UPDATE and DELETE.
    """

    __tablename__ = "bank_entry_details"

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("bank_ledger_entries.id"), primary_key=True, autoincrement=False
    )
    details: Mapped[dict[str, Any]]

    entry: Mapped[LedgerEntry] = relationship()


class AnnualState(LabelledEnum):
    """A certificate holds as long as its year is met; after that it never holds again."""

    VALID = "valid", _l("有效"), "success"
    SUPERSEDED = "superseded", _l("需换发"), "warning"
    REVOKED = "revoked", _l("已失效"), "danger"


class AnnualCertificate(Model):
    """The certificate of a year that is met (继续教育证书), with the sums frozen as it was issued.

    One of a person and year is valid, held to it by the database. The number of the identity
    document is not copied, only its last four.
    """

    __tablename__ = "bank_annual_certificates"
    __table_args__ = (
        Index(
            "ux_bank_annual_certificates_one_valid",
            "person_id",
            "year",
            unique=True,
            sqlite_where=text("state = 'valid'"),
            postgresql_where=text("state = 'valid'"),
        ),
        Index("ix_bank_annual_certificates_person_id_year", "person_id", "year"),
        CheckConstraint("(state = 'valid') = (ended_at IS NULL)", name="ended_has_its_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    # 128 random bits in base64url: the address of the public page, and nothing one can guess.
    code: Mapped[str] = mapped_column(String(22), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("bank_people.id"))
    year: Mapped[int]
    person_name: Mapped[str] = mapped_column(String(64))
    identity_tail: Mapped[str] = mapped_column(String(4))
    unit_name: Mapped[str] = mapped_column(String(128))
    issuer_name: Mapped[str] = mapped_column(String(128))
    # The file name of the policy that the year was judged by, such as 370800-2022.
    policy: Mapped[str] = mapped_column(String(32))
    public: Mapped[Hours] = mapped_column(HoursType)
    professional: Mapped[Hours] = mapped_column(HoursType)
    required_public: Mapped[Hours] = mapped_column(HoursType)
    required_professional: Mapped[Hours] = mapped_column(HoursType)
    required_total: Mapped[Hours] = mapped_column(HoursType)
    issued_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)
    state: Mapped[AnnualState] = mapped_column(EnumType(AnnualState), default=AnnualState.VALID)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    person: Mapped[BankPerson] = relationship()

    @property
    def total(self) -> Hours:
        return self.public + self.professional

    @property
    def masked_name(self) -> str:
        """The holder as strangers see them."""
        return mask_name(self.person_name)

    @property
    def masked_identity(self) -> str:
        """Stars and the last four characters of the identity number."""
        return mask_identity(self.identity_tail)


TABLE = EntryDetails.__tablename__

SQLITE = tuple(
    f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'details of entries are append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION bank_entry_details_are_append_only() RETURNS trigger "
    "LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'details of entries are append-only'; END $$",
    f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION bank_entry_details_are_append_only()",
    f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION bank_entry_details_are_append_only()",
)


def statements(dialect: str) -> tuple[str, ...]:
    """The statements that guard the details on `sqlite` or `postgresql`."""
    return {"sqlite": SQLITE, "postgresql": POSTGRESQL}[dialect]


for _dialect in ("sqlite", "postgresql"):
    for _statement in statements(_dialect):
        event.listen(
            cast(Table, EntryDetails.__table__),
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
