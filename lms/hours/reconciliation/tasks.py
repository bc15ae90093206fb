"""Reconciliation in the background: the daily sweep, a day on demand, a receipt that got lost."""

import datetime as dt

from lms.core.db import db, transaction
from lms.core.tasks import task
from lms.hours import deliveries
from lms.hours.bank import Outcome, receipt_of
from lms.hours.models import Delivery, DeliveryProblem
from lms.hours.receipts import BankProblem
from lms.hours.reconciliation.queries import days_due
from lms.hours.reconciliation.running import reconcile

# After years away a sweep leaves the rest to the next.
DAYS_OF_A_SWEEP = 60


@task
def reconcile_due() -> None:
    """The sweep: compare every day that is due. It stops at the first that the bank does not state.

    It is asked for often and has something to do once a day, soon after midnight in Shanghai; or
    as soon as it can, after having been away.
    """
    for day in days_due()[:DAYS_OF_A_SWEEP]:
        if not reconcile(day):
            return


@task
def reconcile_day(day: str) -> None:
    """Compare one day, given as ISO 8601 writes it."""
    reconcile(dt.date.fromisoformat(day))


@task
def fetch_lost_receipt(delivery_id: int, day: str) -> None:
    """Ask for the receipt of a delivery that stands in the bank's statement of `day`."""
    with transaction():
        key = db.session.get_one(Delivery, delivery_id).idempotency_key
    try:
        outcome: Outcome = receipt_of(key)
    except BankProblem as problem:
        outcome = problem
    with transaction():
        (delivery,) = deliveries.held([delivery_id])
        _note(delivery, outcome)
    reconcile(dt.date.fromisoformat(day))


def _note(delivery: Delivery, outcome: Outcome) -> None:
    # That there is no receipt under the key says nothing about the hours: they stay as they are.
    if isinstance(outcome, BankProblem) and outcome.problem is DeliveryProblem.REFUSED:
        return
    deliveries.settle(delivery, outcome)
