"""Background work of regrades, and the sweep that goes on with those whose worker died."""

import datetime as dt

from sqlalchemy import select

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.tasks import enqueue_after_commit, task
from lms.exams.regrade.applying import apply_portion
from lms.exams.regrade.models import Regrade, RegradeState

QUIET = dt.timedelta(seconds=60)
"""After so long without a portion a worker is taken for dead."""


@task
def run_regrade(regrade_id: int) -> None:
    """Carry a regrade out, portion by portion; does nothing if it is done."""
    while apply_portion(regrade_id):
        pass


@task
def resume_regrades() -> None:
    """Queue the regrades that no worker goes on with: the queue lost them, or the worker died."""
    with transaction():
        quiet = select(Regrade).where(
            Regrade.state == RegradeState.RUNNING, Regrade.moved_at < clock.now() - QUIET
        )
        for regrade in db.session.scalars(quiet.with_for_update(skip_locked=True)):
            regrade.moved_at = clock.now()
            enqueue_after_commit(run_regrade, regrade.id)
