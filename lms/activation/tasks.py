"""Codes are sent in the background; what a queue has lost is found again."""

import logging

from lms.activation import sending
from lms.core.db import transaction
from lms.core.tasks import task

log = logging.getLogger(__name__)


@task
def send_code(code_id: int) -> None:
    """Send one code, unless it was sent already."""
    sending.send(code_id)


@task
def send_due_codes() -> None:
    """The sweep: send whatever is due. One that fails keeps none of the others waiting."""
    for code_id in sending.due_code_ids():
        try:
            sending.send(code_id)
        except Exception as error:
            # Without the traceback, whose lines might show what was to be sent.
            log.error("code %s could not be prepared: %s", code_id, type(error).__name__)


@task
def sweep_codes() -> None:
    """Delete what is long over."""
    with transaction():
        sending.sweep_codes()
