"""Up to which id the audit trail can no longer grow.

Ids are given out when an event is written and seen when its transaction commits, so that a smaller
id may appear after a greater one. A seal must not close over a number that is still on its way.
"""

import time
from collections.abc import Set

from sqlalchemy import func, select, text

from lms.core.audit import AuditEvent
from lms.core.db import db

_POLL_SECONDS = 0.1
_LAST_GIVEN = text("SELECT pg_sequence_last_value(pg_get_serial_sequence('audit_events', 'id'))")
# Whoever was ever given an id holds this lock until its transaction is over, one way or another.
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE relation = 'audit_events'::regclass "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()"
)


def settled_id(patience_seconds: float = 30) -> int | None:
    """The greatest id up to which every event is committed or never will be; 0 without events.

    PostgreSQL: the last id that was given out, once each transaction that was writing events at
    that moment has ended. Nobody is held up; None if one of them takes longer than the patience.
    SQLite: writers queue, so that what is seen is all there is.
    """
    if db.engine.dialect.name != "postgresql":
        return db.session.scalar(select(func.max(AuditEvent.id))) or 0
    last_given: int = db.session.scalar(_LAST_GIVEN) or 0
    writing = _writers()
    deadline = time.monotonic() + patience_seconds
    while writing & _writers():
        if time.monotonic() >= deadline:
            return None
        time.sleep(_POLL_SECONDS)
    return last_given


def _writers() -> Set[str]:
    return set(db.session.scalars(_WRITERS))
