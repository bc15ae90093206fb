"""Applying an import: one transaction of set-based SQL, all or nothing.

Nothing is computed here but by the database: what could be prepared was, by the check. So the
write lock is held for seconds at a hundred thousand people.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.queries import permissions_of
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, transaction
from lms.core.permissions import Permission
from lms.roster import jobs
from lms.roster.enums import FileFault, RosterState
from lms.roster.freshness import hold_units, is_fresh
from lms.roster.jobs import Job, Listener, LostClaimError
from lms.roster.models import RosterImport
from lms.roster.writing import Work

_BEGUN_PERCENT, _VERIFIED_PERCENT = 10, 40


class OutdatedError(Exception):
    """People or units are no longer as the check found them."""


class NotAllowedAnyMoreError(Exception):
    """The uploader has lost the right to import people."""


def apply_now(import_id: int, listener: Listener | None = None) -> bool:
    """Apply in this process; whether it was this process that did, or found it outdated."""
    with transaction():
        job = jobs.claim(import_id, RosterState.QUEUED, listener)
    if job is None:
        return False
    try:
        with transaction():
            jobs.beat(job, _BEGUN_PERCENT)
        # Looked at before the lock is taken, so that an outdated list keeps nobody waiting.
        _check_fresh(db.session.get_one(RosterImport, import_id))
        with transaction():
            jobs.beat(job, _VERIFIED_PERCENT)
        with transaction():
            _apply(job)
    except LostClaimError:
        return False
    except (OutdatedError, IntegrityError):
        return _let_go(job, None)
    except NotAllowedAnyMoreError:
        return _let_go(job, FileFault.NOT_ALLOWED)
    if listener is not None:
        listener(100)
    return True


def _let_go(job: Job, fault: FileFault | None) -> bool:
    try:
        with transaction():
            roster = jobs.claimed(job)
            if fault is None:
                jobs.let_go(roster, RosterState.OUTDATED)
            else:
                jobs.set_failed(roster, fault)
    except LostClaimError:
        return False
    return True


def _check_fresh(roster: RosterImport) -> None:
    actor = db.session.get_one(Person, roster.uploader_id)
    if not actor.may_study or Permission.PEOPLE_ROSTER_IMPORT not in permissions_of(actor):
        raise NotAllowedAnyMoreError()
    if not is_fresh(roster, actor):
        raise OutdatedError()


def _apply(job: Job) -> None:
    roster = jobs.claimed(job)
    with _roomy_cache():
        hold_units(roster)
        _check_fresh(roster)
        work = Work(roster)
        work.create_people()
        work.take_over_people()
        work.move_people()
        work.update_people()
        work.ask_for_people()
        jobs.let_go(roster, RosterState.APPLIED)
        roster.attempts = 0
        roster.applied_at = clock.now()
        _record(roster)


@contextmanager
def _roomy_cache() -> Iterator[None]:
    """Room for the indexes that grow, on SQLite; PostgreSQL has its own."""
    _set_cache(-96 * 1024)
    try:
        yield
    finally:
        _set_cache(-2000)


def _set_cache(size: int) -> None:
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text(f"PRAGMA cache_size={size}"))


def _record(roster: RosterImport) -> None:
    record(
        AuditTag.ACCOUNTS_ROSTER_APPLY,
        roster.uploader_id,
        f"roster:{roster.id}",
        organization_id=roster.organization_id,
        new=roster.new_count,
        changed=roster.changed_count,
        moved=roster.moved_count - roster.asked_count,
        asked=roster.asked_count,
        unchanged=roster.unchanged_count,
        refused=roster.refused_count,
    )
