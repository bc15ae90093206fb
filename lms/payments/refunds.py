"""Asking the gateway to give money back, until it says that it has."""

from flask import current_app

from lms.core.db import db, transaction
from lms.core.tasks import task
from lms.payments.gateway import gateway
from lms.payments.models import Refund
from lms.payments.queries import open_refund_ids


@task
def send_refund(refund_id: int) -> None:
    """Ask for one refund; asking twice gives the money back once, for the number is the same."""
    refund = db.session.get_one(Refund, refund_id)
    if refund.done_at is not None:
        return
    done_at = gateway().refund(
        refund.number, refund.payment.transaction_id, refund.amount_fen, refund.reason
    )
    with transaction():
        refund.done_at = done_at


@task
def send_open_refunds() -> None:
    """The sweep: ask for whatever is not confirmed."""
    for refund_id in open_refund_ids():
        try:
            send_refund.run(refund_id)
        except OSError as error:
            current_app.logger.warning("refund %d must wait: %s", refund_id, error)
