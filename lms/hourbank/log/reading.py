"""The log as it is kept: how long it is, its tree, its heads, and the place of an entry."""

from collections.abc import Sequence

from sqlalchemy import func, select

from lms.core.db import db
from lms.hourbank.log.merkle import Tree
from lms.hourbank.log.models import LogLeaf, LogNode, TreeHead
from lms.hourbank.models import LedgerEntry


def log_size() -> int:
    """How many entries have a place."""
    last = db.session.scalar(select(func.max(LogLeaf.position)))
    return 0 if last is None else last + 1


def tree(size: int | None = None) -> Tree:
    """The tree over the first `size` entries of the log, by default over all of them."""
    return Tree(log_size() if size is None else size, kept_hashes)


def kept_hashes(level: int, first: int, count: int) -> Sequence[bytes]:
    """The hashes of a level that are kept (see merkle.Fetch)."""
    if level == 0:
        place, found = LogLeaf.position, select(LogLeaf.leaf_hash)
    else:
        place, found = LogNode.place, select(LogNode.node_hash).where(LogNode.level == level)
    query = found.where(place >= first, place < first + count).order_by(place)
    return db.session.scalars(query).all()


def newest_head() -> TreeHead | None:
    """The head over the longest log that was signed so far."""
    return db.session.scalar(select(TreeHead).order_by(TreeHead.size.desc()).limit(1))


def heads_before(size: int | None, limit: int) -> list[TreeHead]:
    """Heads over fewer than `size` entries, the newest first."""
    query = select(TreeHead).order_by(TreeHead.size.desc()).limit(limit)
    return list(db.session.scalars(query if size is None else query.where(TreeHead.size < size)))


def place_of(number: str) -> LogLeaf | None:
    """The place of the entry with this number; None if there is no such entry, or not yet one."""
    query = select(LogLeaf).join(LedgerEntry, LedgerEntry.id == LogLeaf.entry_id)
    return db.session.scalar(query.where(LedgerEntry.number == number))
