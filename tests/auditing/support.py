"""A sealed audit trail, and an administrator of the database who alters it."""

from sqlalchemy import text

from lms.auditing import keys, seal_log, tasks
from lms.auditing.guards import TABLES
from lms.auditing.sealing import newest_seal
from lms.auditing.verification import Found, doubts
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction

TAG = AuditTag.ACCOUNTS_PERSON_UPDATE.value


def write_event(event_id, happened_at, **columns):
    """An event under this very id, as a web process would have written it."""
    given = {"actor_id": 7, "organization_id": 3, "address": "10.0.0.1", "tag": TAG}
    given |= {"subject": f"person:{event_id}", "detail": {"fields": ["name"]}} | columns
    with transaction():
        db.session.add(AuditEvent(id=event_id, happened_at=happened_at, **given))
        db.session.flush()
        _use_up_id(event_id)


def _use_up_id(event_id):
    if db.engine.dialect.name == "postgresql":
        sequence = "pg_get_serial_sequence('audit_events', 'id')"
        db.session.execute(text(f"SELECT setval({sequence}, {event_id})"))


def seal_trail(clock, seals=5, size=10, step=2):
    """Seals of `size` events each, whose ids leave gaps as rolled-back transactions do."""
    event_id = 0
    for _seal in range(seals):
        for _event in range(size):
            event_id += step
            clock.advance(seconds=7)
            write_event(event_id, clock())
        clock.advance(minutes=9)
        assert tasks.seal_audit.run() == 1
    return event_id


def disarm():
    """Take the triggers away until the end of the transaction, as a superuser can."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for table in TABLES:
        for verb in ("update", "delete", "replace"):
            db.session.execute(text(f"DROP TRIGGER {table.name}_no_{verb}"))


def what_is_wrong(settings):
    """The doubts that verification has, with the log of this installation."""
    logged = seal_log.read_log(seal_log.log_path(settings))
    newest = newest_seal()
    ring = keys.key_ring(settings)
    return list(doubts(ring, logged, newest.id if newest else 0, Found()))
