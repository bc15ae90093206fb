"""A day that was reconciled, and an entry of a learner here about which the two sides differ."""

from typing import Any

from lms.core import clock
from lms.core.db import db, transaction
from lms.hours.models import DeliveryKind
from lms.hours.reconciliation.models import Reconciliation, ReconciliationDifference
from lms.hours.reconciliation.rules import DifferenceKind


def reconciled_day(delivery_id: int) -> dict[str, Any]:
    """The values that lead there."""
    row = Reconciliation(day=clock.today())
    difference = ReconciliationDifference(
        reconciliation=row,
        kind=DifferenceKind.NOT_THERE,
        reference="credit-1",
        entry_kind=DeliveryKind.CREDIT,
        delivery_id=delivery_id,
        found_at=clock.now(),
    )
    with transaction():
        db.session.add_all([row, difference])
    return {"day": row.day.isoformat(), "difference_id": difference.id}
