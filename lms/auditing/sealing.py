"""Making the next seal."""

from collections.abc import Iterator
from typing import cast

from flask import current_app
from sqlalchemy import RowMapping, Table, select

from lms.auditing import keys, rules
from lms.auditing.models import AuditSeal
from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.db import db

# What is named when something was altered is the run of events of one seal, so it stays short.
SEAL_SIZE = 1000
EVENTS = cast(Table, AuditEvent.__table__)


def newest_seal() -> AuditSeal | None:
    """The seal that the next one follows."""
    return db.session.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))


def seal_next(settled_id: int) -> AuditSeal | None:
    """Seal the oldest events that are not sealed, at most SEAL_SIZE, none after `settled_id`.

    None if there are none. Two who seal at once make the same number, which the database lets
    only one of them have.
    """
    before = newest_seal()
    after_id = before.last_event_id if before else rules.BELOW_ALL_IDS
    events = events_between(after_id, settled_id, SEAL_SIZE)
    previous = before.digest if before else rules.NO_DIGEST
    summary = rules.summarize(previous, events)
    if summary.first is None or summary.last is None:
        return None
    key = keys.signing_key(current_app.extensions["settings"])
    seal = AuditSeal(
        id=before.id + 1 if before else 1,
        first_event_id=summary.first,
        last_event_id=summary.last,
        count=summary.count,
        digest=summary.digest,
        key_id=keys.key_id(key.public_key()),
        sealed_at=clock.now(),
    )
    seal.signature = key.sign(rules.signed_bytes(statement(seal, previous))).hex()
    db.session.add(seal)
    db.session.flush()
    return seal


def events_between(
    after_id: int, last_id: int | None, limit: int | None = None
) -> Iterator[RowMapping]:
    """Events after one id up to another in the order of their ids, read as they are needed."""
    query = select(EVENTS).where(EVENTS.c.id > after_id).order_by(EVENTS.c.id).limit(limit)
    if last_id is not None:
        query = query.where(EVENTS.c.id <= last_id)
    yield from db.session.execute(query, execution_options={"yield_per": 1000}).mappings()


def statement(seal: AuditSeal, previous: str) -> rules.Seal:
    """What a seal says, as it is signed; `previous` is the digest of the seal before."""
    return rules.Seal(
        number=seal.id,
        first=seal.first_event_id,
        last=seal.last_event_id,
        count=seal.count,
        digest=seal.digest,
        previous=previous,
        key_id=seal.key_id,
        sealed_at=rules.instant_text(seal.sealed_at),
    )
