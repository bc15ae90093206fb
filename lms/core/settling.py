"""Up to which id a table that is only appended to can no longer grow.

Ids are given out when a row is written and seen when its transaction commits, so that a smaller id
may appear after a greater one. Whoever reads such a table in the order of ids, each row once, must
not pass a number that is still on its way.
"""

import time
from collections.abc import Set

from sqlalchemy import func, select, text

from lms.core.db import Base, db

_LAST_GIVEN = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id'))")
# Whoever was ever given an id holds this lock until its transaction is over, one way or another.
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE relation = CAST(:name AS regclass) "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()"
)


def settled_id(
    model: type[Base], patience_seconds: float = 30, poll_seconds: float = 0.1
) -> int | None:
    """The greatest id up to which every row is committed or never will be; 0 without rows.

    PostgreSQL: the last id that was given out, once each transaction that was writing rows at that
    moment has ended. Nobody is held up; None if one of them takes longer than the patience.
    SQLite: writers queue, so that what is seen is all there is.
    """
    table = model.__table__
    if db.engine.dialect.name != "postgresql":
        return db.session.scalar(select(func.max(table.c.id))) or 0
    name = {"name": str(table)}
    last_given: int = db.session.scalar(_LAST_GIVEN, name) or 0
    writing = _writers(name)
    deadline = time.monotonic() + patience_seconds
    while writing & _writers(name):
        if time.monotonic() >= deadline:
            return None
        time.sleep(poll_seconds)
    return last_given


def _writers(name: dict[str, str]) -> Set[str]:
    return set(db.session.scalars(_WRITERS, name))
