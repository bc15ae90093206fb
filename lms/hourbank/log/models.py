"""The log over the ledger: places of entries, sums over runs of them, and signed heads.

Nothing here is ever changed or deleted; triggers refuse it (guards.py).
"""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Model
from lms.core.types import Instant

LongInteger = BigInteger().with_variant(Integer, "sqlite")


class LogLeaf(Model):
    """The place of an entry in the log: counted from 0 without gaps, in the order of ids."""

    __tablename__ = "bank_log_leaves"

    position: Mapped[int] = mapped_column(LongInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(
        LongInteger, ForeignKey("bank_ledger_entries.id"), unique=True
    )
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)


class LogNode(Model):
    """The hash over 256, 65,536, … leaves (level 8, 16, …), kept so that proofs read little.

    The node at `place` of a level covers the leaves from place * 2**level.
    """

    __tablename__ = "bank_log_nodes"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(LongInteger, primary_key=True, autoincrement=False)
    node_hash: Mapped[bytes] = mapped_column(LargeBinary)


class TreeHead(Model):
    """What the bank vouches for: the root over the first `size` leaves, signed."""

    __tablename__ = "bank_tree_heads"

    size: Mapped[int] = mapped_column(LongInteger, primary_key=True, autoincrement=False)
    # In hexadecimal.
    root: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[dt.datetime] = mapped_column(Instant)
    # A compact JWS by the bank's key over size, root and time.
    signature: Mapped[str] = mapped_column(Text)
