"""The bank's books: who may report, whose hours, the ledger, and the sums drawn from it."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model
from lms.core.enums import EnumType, HourCategory, LabelledEnum
from lms.core.types import Hours, HoursType, Instant


class EntryKind(LabelledEnum):
    CREDIT = "credit", _l("入账"), "success"
    REVERSAL = "reversal", _l("冲销"), "warning"


class EntrySource(LabelledEnum):
    """What the hours of an entry were earned by; a reversal bears its credit's."""

    COURSE = "course", _l("平台课程"), "info"
    LECTURE = "lecture", _l("优质课授课"), "info"
    CLAIM = "claim", _l("学时申报"), "success"
    TRANSFER = "transfer", _l("学时转入"), "neutral"
    TRAINING = "training", _l("线下培训"), "info"


class Platform(Model):
    """A platform that may report hours, known by its Ed25519 public key.

    For some time after a change of keys the one before is believed as well. The bank's own
    decisions belong to a platform that is never active (booking.py).
    """

    __tablename__ = "bank_platforms"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    previous_key: Mapped[str | None] = mapped_column(Text)
    previous_until: Mapped[dt.datetime | None] = mapped_column(Instant)
    is_active: Mapped[bool] = mapped_column(default=True)
    registered_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)


class BankPerson(Model):
    """Somebody with hours in the bank. The identity number is encrypted and found by its hash."""

    __tablename__ = "bank_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Random; the ledger's leaves name the person by it, and so hold no personal data.
    record_key: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    identity_kind: Mapped[str] = mapped_column(String(32))
    identity_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    identity_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    @property
    def masked_name(self) -> str:
        """The family name and stars."""
        return self.name[:1] + "*" * max(1, len(self.name) - 1)


class LedgerEntry(Model):
    """One line of the ledger: written once, never changed; a mistake is reversed by another line.

    Triggers refuse every UPDATE and DELETE (guards.py). `leaf_hash` is the RFC 9162 leaf over every
    other column (leaves.py); its place in the log is given soon after (log/sequencing.py).
    """

    __tablename__ = "bank_ledger_entries"
    __table_args__ = (
        UniqueConstraint("platform_id", "source_reference", "kind"),
        CheckConstraint(
            "(kind = 'credit' AND hours > 0) OR (kind = 'reversal' AND hours < 0)",
            name="sign_follows_kind",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("bank_people.id"), index=True)
    year: Mapped[int]
    category: Mapped[HourCategory] = mapped_column(EnumType(HourCategory))
    # Negative in a reversal.
    hours: Mapped[Hours] = mapped_column(HoursType)
    kind: Mapped[EntryKind] = mapped_column(EnumType(EntryKind))
    source: Mapped[EntrySource] = mapped_column(EnumType(EntrySource))
    platform_id: Mapped[int] = mapped_column(ForeignKey("bank_platforms.id"))
    source_reference: Mapped[str] = mapped_column(String(64))
    certificate_number: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(255))
    # Of a claim: by which policy ("370800-2022") and as which of its kinds it was recognised.
    policy: Mapped[str] = mapped_column(String(32), default="")
    claim_kind: Mapped[str] = mapped_column(String(32), default="")
    # Of a reversal: why. Of a claim: why some of the tenths asked for were not recognised.
    reason: Mapped[str] = mapped_column(Text, default="")
    earned_at: Mapped[dt.datetime] = mapped_column(Instant)
    entered_at: Mapped[dt.datetime] = mapped_column(Instant)
    leaf_hash: Mapped[str] = mapped_column(String(64))

    person: Mapped[BankPerson] = relationship()
    platform: Mapped[Platform] = relationship()


class Balance(Model):
    """The sum of a person's year and category, kept with each entry and recomputable from them."""

    __tablename__ = "bank_balances"
    __table_args__ = (UniqueConstraint("person_id", "year", "category"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("bank_people.id"))
    year: Mapped[int]
    category: Mapped[HourCategory] = mapped_column(EnumType(HourCategory))
    hours: Mapped[Hours] = mapped_column(HoursType)


class StoredAnswer(Model):
    """What was answered under an idempotency key, given again to whoever repeats the request."""

    __tablename__ = "bank_answers"
    __table_args__ = (UniqueConstraint("platform_id", "idempotency_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("bank_platforms.id"))
    idempotency_key: Mapped[str] = mapped_column(String(128))
    # Keyed: a plain hash of a body with an identity number in it could be guessed.
    fingerprint: Mapped[str] = mapped_column(String(64))
    entry_id: Mapped[int] = mapped_column(ForeignKey("bank_ledger_entries.id"))
    receipt: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[dt.datetime] = mapped_column(Instant, default=clock.now)

    entry: Mapped[LedgerEntry] = relationship()


class SeenNonce(Model):
    """A signature that was used, kept while it could be replayed."""

    __tablename__ = "bank_nonces"
    __table_args__ = (UniqueConstraint("platform_id", "nonce"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("bank_platforms.id"))
    nonce: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[dt.datetime] = mapped_column(Instant, index=True, default=clock.now)
