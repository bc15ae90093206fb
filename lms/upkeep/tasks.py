"""Sweeps."""

from lms.core.tasks import celery_app, task
from lms.upkeep.broker import forget_delivered


@task
def forget_delivered_messages() -> None:
    """Keep the embedded broker's file as small as the work that waits in it."""
    with celery_app.connection_for_write() as connection:
        forget_delivered(connection)
