"""Seals over the audit trail."""

import datetime as dt

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Model
from lms.core.types import Instant

LongInteger = BigInteger().with_variant(Integer, "sqlite")


class AuditSeal(Model):
    """A signed sum over a run of events, each seal over the one before (see rules.py).

    It covers every event after the last one of the seal before, up to `last_event_id`. Numbered
    from 1 without gaps, so that a missing one shows; triggers refuse change and deletion.
    """

    __tablename__ = "audit_seals"

    id: Mapped[int] = mapped_column(LongInteger, primary_key=True, autoincrement=False)
    first_event_id: Mapped[int] = mapped_column(LongInteger)
    last_event_id: Mapped[int] = mapped_column(LongInteger, unique=True)
    count: Mapped[int]
    # SHA-256 in hexadecimal, over the digest of the seal before and the events.
    digest: Mapped[str] = mapped_column(String(64))
    # Which key signed it: the first digits of the SHA-256 of its public part.
    key_id: Mapped[str] = mapped_column(String(16))
    signature: Mapped[str] = mapped_column(String(128))
    sealed_at: Mapped[dt.datetime] = mapped_column(Instant)
