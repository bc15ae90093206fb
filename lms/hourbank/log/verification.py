"""Checking the whole log: every entry against its leaf, the leaves outside, and the signed heads.

What is wrong is told entry by entry in the order of ids, so that the first sentence names the
first entry that was tampered with. Everything is read once, as it is needed, on one snapshot.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import merge
from operator import itemgetter
from pathlib import Path

from sqlalchemy import select

from lms.config import Settings
from lms.core import clock
from lms.core.db import db
from lms.hourbank.leaves import instant_text
from lms.hourbank.log import outside
from lms.hourbank.log.head_checks import HeadChecks, Words
from lms.hourbank.log.merkle import Frontier
from lms.hourbank.log.models import LogNode
from lms.hourbank.log.outside import Leaf
from lms.hourbank.log.rows import EntryRow, Place, entries_without_place, places
from lms.hourbank.log.sequencing import last_placed_id
from lms.hourbank.log.sums import account_doubts, balance_doubts

# An entry without a place is said to be waiting for so long; then somebody should look.
LONGEST_WAIT = dt.timedelta(minutes=5)

# What is wrong, and the id of the entry up to which all is told.
_Doubt = tuple[int, str]


@dataclass
class Found:
    """How far the log was verified."""

    entries: int = 0
    waiting: int = 0
    heads: int = 0


@dataclass
class _Walk:
    """Where the way through the log has come to."""

    outside: Iterator[Leaf]
    nodes: dict[tuple[int, int], bytes]
    frontier: Frontier = field(default_factory=Frontier)
    last_id: int = -(2**62)
    # Without a leaf that nothing replaces, no root behind it can be computed.
    is_whole: bool = True


def doubts(settings: Settings, found: Found, leaf_file: Path | None = None) -> Iterator[str]:
    """Everything that is wrong, a sentence each. `found` is filled on the way.

    `leaf_file` is a copy of the file of leaves that is kept elsewhere.
    """
    path = leaf_file or outside.leaves_path(settings)
    # Read first: the file is written after the commit, and so never knows more than a snapshot
    # that is taken later.
    count = outside.leaves_in(path)
    logged_heads = outside.read_heads(outside.heads_path(settings))
    with _snapshot():
        yield from _log_doubts(outside.read_leaves(path, count), logged_heads, settings, found)
        yield from balance_doubts()
        yield from account_doubts()


@contextmanager
def _snapshot() -> Iterator[None]:
    """One state of the database for all that is read inside."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield
    finally:
        db.session.rollback()


def _log_doubts(
    leaves: Iterator[Leaf], logged_heads: list[Words], settings: Settings, found: Found
) -> Iterator[str]:
    heads = HeadChecks(settings, logged_heads)
    walk = _Walk(leaves, _kept_nodes())
    placed, unplaced = _placed_doubts(walk, heads, found), _unplaced_doubts(found)
    yield from (text for _id, text in merge(placed, unplaced, key=itemgetter(0)))
    yield from heads.rest(walk.frontier.size)
    found.heads = heads.count


def _kept_nodes() -> dict[tuple[int, int], bytes]:
    rows = db.session.execute(select(LogNode.level, LogNode.place, LogNode.node_hash))
    return {(level, place): node for level, place, node in rows}


def _placed_doubts(walk: _Walk, heads: HeadChecks, found: Found) -> Iterator[_Doubt]:
    for place in places():
        while walk.frontier.size < place.position:
            yield from _missing_place(walk, heads)
        said = next(walk.outside, None)
        yield from _of_place(walk, place, said)
        yield from _grow(walk, heads, place.leaf_hash)
        found.entries += place.entry is not None
    for said in walk.outside:
        yield walk.last_id, f"entry {said.number}: removed; the file of leaves still holds it"
    for level, number in sorted(walk.nodes):
        yield walk.last_id, f"node {number} of level {level}: there are no such entries"


def _missing_place(walk: _Walk, heads: HeadChecks) -> Iterator[_Doubt]:
    said, position = next(walk.outside, None), walk.frontier.size
    name = f"entry {said.number}" if said else "an entry"
    yield walk.last_id, f"{name}: its place {position} in the log was removed"
    if said is None and walk.is_whole:
        walk.is_whole = False
        yield walk.last_id, f"heads over more than {position} entries cannot be recomputed"
    yield from _grow(walk, heads, said.leaf_hash if said else b"")


def _of_place(walk: _Walk, place: Place, said: Leaf | None) -> Iterator[_Doubt]:
    entry = place.entry
    if entry is None:
        name = f"entry {said.number}" if said else f"the entry at place {place.position}"
        yield walk.last_id, f"{name}: removed from the ledger"
        return
    is_late, walk.last_id = entry.id <= walk.last_id, max(walk.last_id, entry.id)
    wrong = _wrong(entry, place, said) or ("its place was exchanged" if is_late else "")
    if wrong:
        yield walk.last_id, f"{_name(entry, said)}: {wrong}"


def _wrong(entry: EntryRow, place: Place, said: Leaf | None) -> str:
    """What is wrong with the entry at a place; empty if nothing is."""
    if not entry.is_as_written:
        is_right = entry.right_hash == place.leaf_hash
        return "its leaf hash was changed" if is_right else "it was changed after it was written"
    if said is not None and said.leaf_hash != entry.right_hash:
        return "it was changed or exchanged; the file of leaves holds another"
    if entry.right_hash != place.leaf_hash:
        return "it was changed or exchanged; its place in the log holds another leaf"
    return ""


def _name(entry: EntryRow, said: Leaf | None) -> str:
    if said is None or said.number in ("", entry.number):
        return f"entry {entry.number}"
    return f"entry {said.number} (where {entry.number} stands now)"


def _grow(walk: _Walk, heads: HeadChecks, leaf: bytes) -> Iterator[_Doubt]:
    for level, place, node in walk.frontier.append(leaf):
        if walk.nodes.pop((level, place), None) != node and walk.is_whole:
            first = place << level
            yield walk.last_id, f"places {first} to {first + (1 << level) - 1}: their sum is wrong"
    if walk.is_whole:
        yield from ((walk.last_id, text) for text in heads.check(walk.frontier))


def _unplaced_doubts(found: Found) -> Iterator[_Doubt]:
    oldest = instant_text(clock.now() - LONGEST_WAIT)
    last_placed = last_placed_id()
    for entry in entries_without_place():
        name = f"entry {entry.number}"
        if not entry.is_as_written:
            yield entry.id, f"{name}: the bank did not write it so"
        elif entry.id <= last_placed:
            yield entry.id, f"{name}: it has no place in the log, though later entries have"
        elif str(entry.entered_at) < oldest:
            yield entry.id, f"{name}: without a place since {entry.entered_at}; is beat running?"
        else:
            found.waiting += 1
