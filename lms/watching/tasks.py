"""Lessons whose page was closed at the very end are finished by the server."""

import logging

from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.tasks import task
from lms.watching.finish_operations import finish_lesson
from lms.watching.queries import progress_ids_to_finish

log = logging.getLogger(__name__)


@task
def finish_seen_lessons() -> int:
    """Finish every lesson that was seen to its end, one transaction each; returns how many."""
    return finish_all(progress_ids_to_finish())


def finish_all(progress_ids: list[int]) -> int:
    """Finish those that still can be; one that cannot keeps none of the others from it."""
    finished = 0
    for progress_id in progress_ids:
        try:
            with transaction():
                finish_lesson(progress_id)
            finished += 1
        except DomainError as refusal:
            log.info("progress %s is not finished: %s", progress_id, refusal.code)
        except Exception:
            log.exception("progress %s could not be finished", progress_id)
    return finished
