"""Sweeping away what counts no more: sessions that are over, waits long past."""

from lms.accounts.sessions import sweep_sessions
from lms.accounts.throttles import sweep_throttles
from lms.core.db import transaction
from lms.core.tasks import task


@task
def sweep_sign_ins() -> None:
    """Delete sessions that are over, and forget old throttles."""
    with transaction():
        sweep_sessions()
    with transaction():
        sweep_throttles()
