"""Sealing what is new, by beat and by hand."""

import logging

from flask import current_app
from sqlalchemy.exc import IntegrityError

from lms.auditing.seal_log import append_new_seals, log_path, open_log
from lms.auditing.sealing import seal_next
from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.settling import settled_id
from lms.core.tasks import task

log = logging.getLogger(__name__)


@task
def seal_audit() -> int | None:
    """Seal every settled event; how many seals were made, None if it has to wait."""
    settled = settled_id(AuditEvent)
    # A reading transaction that stays open would hold old rows in PostgreSQL's tables.
    db.session.rollback()
    if settled is None:
        log.warning("events are not sealed now: a transaction that writes some is still open")
        return None
    with open_log(log_path(current_app.extensions["settings"])) as file:
        made = _seal_until(settled)
        append_new_seals(file)
    db.session.rollback()
    return made


def _seal_until(settled: int) -> int:
    made = 0
    try:
        while _seal_next(settled):
            made += 1
    except IntegrityError:
        log.info("a process on another machine is sealing")
    return made


def _seal_next(settled: int) -> bool:
    with transaction():
        return seal_next(settled) is not None
