"""Closing orders whose time is over."""

from sqlalchemy.exc import IntegrityError

from lms.core.db import transaction
from lms.core.tasks import task
from lms.payments.operations import expire_order
from lms.payments.queries import expired_numbers


@task
def expire_orders() -> None:
    """Close unpaid orders past their time; one that the gateway was paid for is settled instead."""
    for number in expired_numbers():
        try:
            with transaction():
                expire_order(number)
        except IntegrityError:
            # Its notification came in at this very moment and won; nothing is left to do.
            continue
