"""Checking and applying in the background, and the sweeps that find what was left lying."""

import datetime as dt

from sqlalchemy import or_, select

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.states import move
from lms.core.tasks import enqueue_after_commit, task
from lms.roster import jobs
from lms.roster.applying import apply_now
from lms.roster.checking import check_now
from lms.roster.enums import RosterState
from lms.roster.models import RosterImport, RosterProblem, RosterRow
from lms.roster.staging import clear_rows
from lms.roster.states import OVER, ROSTER_MOVES, WAITING_FOR_USER
from lms.roster.storage import MARKED, UPLOAD, folder, forget

_ORPHAN_AGE = dt.timedelta(days=1)


@task
def check_roster(import_id: int) -> None:
    """Check an import that waits; does nothing if another worker has it or it is done."""
    if check_now(import_id):
        tidy(import_id)


@task
def apply_roster(import_id: int) -> None:
    """Apply an import that was confirmed; does nothing if another worker has it or it is done."""
    if apply_now(import_id):
        tidy(import_id)


@task
def tidy_roster(import_id: int) -> None:
    """Delete what nobody needs of an import that is over."""
    tidy(import_id)


@task
def requeue_rosters() -> None:
    """Queue the imports that wait without a worker, or that are over and not tidied up."""
    for waiting, work in (
        (RosterState.UPLOADED, check_roster),
        (RosterState.QUEUED, apply_roster),
    ):
        with transaction():
            for import_id in jobs.take_unserved(waiting):
                enqueue_after_commit(work, import_id)
    with transaction():
        for import_id in jobs.take_untidied():
            enqueue_after_commit(tidy_roster, import_id)


@task
def clean_up_rosters() -> None:
    """Delete files and rows that are of no more use, all of them after seven days."""
    with transaction():
        late = select(RosterImport).where(
            RosterImport.state.in_(WAITING_FOR_USER), RosterImport.expires_at < clock.now()
        )
        for roster in db.session.scalars(late.with_for_update()):
            move(roster, RosterState.EXPIRED, ROSTER_MOVES)
    over = select(RosterImport.id).where(
        RosterImport.state.in_(OVER),
        or_(
            RosterImport.has_file,
            RosterImport.has_problems & (RosterImport.expires_at < clock.now()),
        ),
    )
    for import_id in db.session.scalars(over).all():
        tidy(import_id)
    _remove_orphans()


def tidy(import_id: int) -> None:
    """Delete what nobody needs of an import that is over: the upload at once, the rest later."""
    roster = db.session.get_one(RosterImport, import_id, populate_existing=True)
    state, key, is_late = roster.state, roster.key, roster.expires_at < clock.now()
    if state not in OVER:
        return
    is_gone = is_late or state in (RosterState.CANCELLED, RosterState.EXPIRED)
    forget(key, UPLOAD, *([MARKED] if is_gone else []))
    clear_rows(import_id, RosterRow)
    if is_gone:
        clear_rows(import_id, RosterProblem)
    with transaction():
        roster = db.session.get_one(RosterImport, import_id)
        roster.has_file = False
        if is_gone:
            roster.has_marked = roster.has_problems = False


def _remove_orphans() -> None:
    """A crash between writing a file and its row leaves a file; after a day it goes."""
    oldest = (clock.now() - _ORPHAN_AGE).timestamp()
    kept = set(
        db.session.scalars(
            select(RosterImport.key).where(or_(RosterImport.has_file, RosterImport.has_marked))
        )
    )
    db.session.rollback()
    for file in folder().iterdir():
        is_known = file.name.partition(".")[0] in kept and not file.name.endswith("-building")
        if not is_known and file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
