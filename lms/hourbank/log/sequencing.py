"""Giving entries their place in the log.

Entries are written without any lock in common; their places are given afterwards, in the order of
ids and by one sequencer at a time. An entry that is not as the bank wrote it gets none.
"""

import logging
from typing import cast

from sqlalchemy import Table, insert, select

from lms.core.db import db
from lms.hourbank.log.merkle import RUN, RUN_LEVELS, run_hash
from lms.hourbank.log.models import LogLeaf, LogNode
from lms.hourbank.log.reading import kept_hashes
from lms.hourbank.log.rows import EntryRow, next_entries

log = logging.getLogger(__name__)

# In one transaction: some tenths of a second.
AT_ONCE = 5000
BELOW_ALL_IDS = -1


def last_placed_id() -> int:
    """The id of the entry that has the last place; BELOW_ALL_IDS if none has."""
    last = _last_leaf()
    return BELOW_ALL_IDS if last is None else last.entry_id


def place_next(after_id: int, settled_id: int) -> int | None:
    """Give a place to the next entries after one id, none with an id after `settled_id`.

    Returns the id up to which they were looked at, None if there are no more. Two sequencers at
    once make the same positions, which the database lets only one of them have (IntegrityError).
    """
    rows = list(next_entries(after_id, settled_id, AT_ONCE))
    sound = [row for row in rows if _is_sound(row)]
    if sound:
        last = _last_leaf()
        size = 0 if last is None else last.position + 1
        _insert_leaves(size, sound)
        _insert_nodes(size, size + len(sound))
    return rows[-1].id if rows else None


def _last_leaf() -> LogLeaf | None:
    return db.session.scalar(select(LogLeaf).order_by(LogLeaf.position.desc()).limit(1))


def _is_sound(row: EntryRow) -> bool:
    if not row.is_as_written:
        log.error("entry %s gets no place in the log: the bank did not write it so", row.number)
    return row.is_as_written


def _insert_leaves(first: int, rows: list[EntryRow]) -> None:
    table = cast(Table, LogLeaf.__table__)
    db.session.execute(
        insert(table),
        [
            {"position": position, "entry_id": row.id, "leaf_hash": row.right_hash}
            for position, row in enumerate(rows, start=first)
        ],
    )


def _insert_nodes(before: int, size: int) -> None:
    """Keep the hash over each run that is whole now, level by level."""
    level = 0
    while before // RUN < size // RUN:
        before, size = before // RUN, size // RUN
        runs = [kept_hashes(level, place * RUN, RUN) for place in range(before, size)]
        level += RUN_LEVELS
        made = [
            {"level": level, "place": place, "node_hash": run_hash(run)}
            for place, run in enumerate(runs, start=before)
        ]
        db.session.execute(insert(cast(Table, LogNode.__table__)), made)
