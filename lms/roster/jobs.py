"""An import in work: taken by one worker at a time, given up when that one is dead.

Whoever takes it writes a token into the row, and every later step asks for that token; so a worker
that was believed dead and is not can change nothing any more.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, or_, update
from sqlalchemy.sql import ColumnElement

from lms.core import clock
from lms.core.audit import AuditTag, Origin, record, set_origin
from lms.core.db import db
from lms.core.states import move
from lms.roster.enums import FileFault, RosterState
from lms.roster.models import RosterImport
from lms.roster.states import OVER, ROSTER_MOVES
from lms.roster.storage import settings

MAX_ATTEMPTS = 3
_WORKING = {RosterState.UPLOADED: RosterState.CHECKING, RosterState.QUEUED: RosterState.APPLYING}

Listener = Callable[[int], None]


class LostClaimError(Exception):
    """Another worker has it now, or nobody needs it any more."""


@dataclass(frozen=True)
class Job:
    """A claimed import, as plain values."""

    import_id: int
    key: str
    token: str
    listener: Listener | None = None


def claim(import_id: int, waiting: RosterState, listener: Listener | None = None) -> Job | None:
    """Take an import that waits in this state, or whose worker is dead; None if there is none."""
    token, working = secrets.token_hex(8), _WORKING[waiting]
    taken = db.session.execute(
        update(RosterImport)
        .where(RosterImport.id == import_id)
        .where(or_(RosterImport.state == waiting, _is_stale(working)))
        .values(
            state=working,
            claim_token=token,
            heartbeat_at=clock.now(),
            attempts=RosterImport.attempts + 1,
        )
        .returning(RosterImport.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is None:
        return None
    roster = db.session.get_one(RosterImport, import_id, populate_existing=True)
    set_origin(Origin(roster.address, roster.organization_id))
    if roster.attempts > MAX_ATTEMPTS:
        set_failed(roster, FileFault.CRASHED)
        return None
    return Job(roster.id, roster.key, token, listener)


def _is_stale(working: RosterState) -> ColumnElement[bool]:
    return and_(RosterImport.state == working, RosterImport.heartbeat_at < _stale_limit())


def _stale_limit() -> dt.datetime:
    return clock.now() - dt.timedelta(seconds=settings().roster_stale_seconds)


def beat(job: Job, percent: int) -> None:
    """Give a sign of life and note the percentage, which never falls. Raises LostClaimError."""
    grown = case(
        (RosterImport.progress_percent < percent, percent), else_=RosterImport.progress_percent
    )
    alive = db.session.execute(
        update(RosterImport)
        .where(RosterImport.id == job.import_id, RosterImport.claim_token == job.token)
        .values(heartbeat_at=clock.now(), progress_percent=grown)
        .returning(RosterImport.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if alive is None:
        raise LostClaimError()
    if job.listener is not None:
        job.listener(percent)


def claimed(job: Job) -> RosterImport:
    """The import, held until the transaction ends. Raises LostClaimError."""
    held = db.session.execute(
        update(RosterImport)
        .where(RosterImport.id == job.import_id, RosterImport.claim_token == job.token)
        .values(heartbeat_at=clock.now())
        .returning(RosterImport.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if held is None:
        raise LostClaimError()
    return db.session.get_one(RosterImport, job.import_id, populate_existing=True)


def let_go(roster: RosterImport, target: RosterState, percent: int = 100) -> None:
    """Move a claimed import on; no worker has it any more."""
    move(roster, target, ROSTER_MOVES)
    roster.claim_token = None
    roster.queued_at = None
    roster.progress_percent = percent


def set_failed(roster: RosterImport, fault: FileFault, **detail: Any) -> None:
    """Note that it cannot be used, and why. Its file is of no use to anybody."""
    let_go(roster, RosterState.FAILED)
    roster.fault = fault
    roster.fault_detail = detail
    record(
        AuditTag.ACCOUNTS_ROSTER_CHECK,
        roster.uploader_id,
        f"roster:{roster.id}",
        organization_id=roster.organization_id,
        fault=fault.value,
    )


def take_unserved(waiting: RosterState) -> Sequence[int]:
    """Imports that wait and that no worker has: never queued, lost by the queue, or left by a
    dead worker. Each is handed out once per stale time."""
    return _hand_out(or_(RosterImport.state == waiting, _is_stale(_WORKING[waiting])))


def take_untidied() -> Sequence[int]:
    """Imports that are over and whose rows still lie there: their worker died before it tidied up.

    Each is handed out once per stale time.
    """
    is_silent = or_(RosterImport.heartbeat_at.is_(None), RosterImport.heartbeat_at < _stale_limit())
    return _hand_out(and_(RosterImport.state.in_(OVER), RosterImport.has_file, is_silent))


def _hand_out(chosen: ColumnElement[bool]) -> Sequence[int]:
    query = (
        update(RosterImport)
        .where(chosen)
        .where(or_(RosterImport.queued_at.is_(None), RosterImport.queued_at < _stale_limit()))
        .values(queued_at=clock.now())
        .returning(RosterImport.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalars(query).all()
