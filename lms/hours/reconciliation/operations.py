"""What staff do about a day: have it compared again, and settle what differs."""

import datetime as dt

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.accounts.queries import permissions_of
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.errors import Conflict, NotAllowed, NotFound
from lms.core.permissions import Permission
from lms.core.states import move
from lms.core.tasks import enqueue_after_commit
from lms.hours.models import Delivery, DeliveryState
from lms.hours.reconciliation.models import ReconciliationDifference
from lms.hours.reconciliation.rules import DifferenceKind
from lms.hours.reconciliation.running import row_of
from lms.hours.reconciliation.tasks import fetch_lost_receipt, reconcile_day
from lms.hours.states import REDELIVERY_MOVES
from lms.hours.tasks import deliver


def request_run(actor: Person, day: dt.date) -> None:
    """Have a day compared now, also today as far as it has come.

    Raises NotAllowed without the permission, NotFound for a day to come.
    """
    if Permission.HOURS_RECONCILIATION_READ not in permissions_of(actor):
        raise NotAllowed()
    if day > clock.today():
        raise NotFound()
    subject = f"reconciliation:{row_of(day).id}"
    record(AuditTag.HOURS_RECONCILIATION_RUN, actor.id, subject, day=day.isoformat())
    enqueue_after_commit(reconcile_day, day.isoformat())


def deliver_again(actor: Person, difference: ReconciliationDifference) -> None:
    """Deliver anew, under the same key, what the bank acknowledged and has not.

    The receipt stays with the difference. Raises NotAllowed unless `actor` may see the deliveries
    of the course's base, NotFound if it is not known here, Conflict if there is nothing to deliver
    (any more).
    """
    delivery = _delivery_of(actor, difference, DifferenceKind.NOT_THERE)
    if delivery.state is not DeliveryState.ACKNOWLEDGED:
        raise Conflict()
    move(delivery, DeliveryState.PENDING, REDELIVERY_MOVES)
    delivery.next_try_at = clock.now()
    delivery.acknowledged_at = delivery.entered_at = delivery.entry_number = None
    delivery.receipt = delivery.proof = None
    _record(actor, delivery, AuditTag.HOURS_DELIVERY_RETRY)
    enqueue_after_commit(deliver, delivery.id)
    enqueue_after_commit(reconcile_day, difference.reconciliation.day.isoformat())


def fetch_receipt(actor: Person, difference: ReconciliationDifference) -> None:
    """Ask the bank for the receipt of what it has entered and we have no receipt of.

    Raises NotAllowed unless `actor` may see the deliveries of the course's base, NotFound if it is
    not known here, Conflict if there is nothing to fetch (any more).
    """
    delivery = _delivery_of(actor, difference, DifferenceKind.NOT_HERE)
    _record(actor, delivery, AuditTag.HOURS_RECEIPT_FETCH)
    day = difference.reconciliation.day.isoformat()
    enqueue_after_commit(fetch_lost_receipt, delivery.id, day)


def _delivery_of(
    actor: Person, difference: ReconciliationDifference, kind: DifferenceKind
) -> Delivery:
    delivery = difference.delivery
    if delivery is None:
        raise NotFound()
    require(actor, Permission.HOURS_DELIVERY_READ, delivery.credit.course.base_id)
    if difference.kind is not kind or difference.settled_at is not None:
        raise Conflict()
    return delivery


def _record(actor: Person, delivery: Delivery, tag: AuditTag) -> None:
    base_id = delivery.credit.course.base_id
    record(tag, actor.id, f"delivery:{delivery.id}", organization_id=base_id)
