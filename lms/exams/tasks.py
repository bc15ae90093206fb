"""Attempts nobody submitted are submitted by the server, with what was saved."""

import logging

from lms.core.db import db, transaction
from lms.core.tasks import task
from lms.exams.models import Attempt
from lms.exams.operations import submit_attempt
from lms.exams.queries import overdue_attempt_ids

log = logging.getLogger(__name__)


@task
def submit_overdue_attempts() -> int:
    """Submit every overdue attempt, one transaction each; returns how many there were.

    One that cannot be submitted is logged and keeps none of the others waiting.
    """
    ids = overdue_attempt_ids()
    for attempt_id in ids:
        try:
            with transaction():
                attempt = db.session.get(Attempt, attempt_id)
                if attempt is not None:
                    submit_attempt(attempt, was_overdue=True)
        except Exception:
            log.exception("attempt %s could not be submitted", attempt_id)
    return len(ids)
