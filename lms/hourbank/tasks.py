"""The bank's housekeeping."""

from lms.core.db import transaction
from lms.core.tasks import task
from lms.hourbank.signatures import forget_old_nonces


@task
def forget_nonces() -> None:
    """Drop what can no longer be replayed."""
    with transaction():
        forget_old_nonces()
