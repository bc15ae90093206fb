"""Messages are sent in the background; what a queue has lost is found again."""

from lms.core.db import transaction
from lms.core.tasks import enqueue_after_commit, task
from lms.notices import closing, sending

SWEEP_SIZE = 200


@task
def send_delivery(delivery_id: int) -> None:
    """Send one message, unless it was sent already."""
    sending.send(delivery_id)


@task
def queue_due() -> None:
    """The sweep: queue what is due, so many at a time that codes and films need not wait for it."""
    with transaction():
        sending.give_up_lost()
        for delivery_id in sending.take_due(SWEEP_SIZE):
            enqueue_after_commit(send_delivery, delivery_id)


@task
def remind_of_closing() -> None:
    """Write the reminders of the day, once it is time and unless they have been written."""
    closing.remind_of_closing()
