"""Writing credits and their reversals, each with its delivery in the same transaction."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.permissions import Permission
from lms.core.states import move
from lms.core.tasks import enqueue_after_commit
from lms.enrollments.models import Cycle
from lms.hours.models import Credit, Delivery, DeliveryKind, DeliveryState
from lms.hours.states import DELIVERY_MOVES
from lms.hours.tasks import deliver


def write_credit(cycle: Cycle, certificate_number: str) -> Credit:
    """Write the hours a completed cycle earned, and their delivery to the bank.

    Called in the transaction that completes the cycle. A second call for the same cycle returns
    the credit that is there; the database holds it to one that stands. One that was reversed is
    given anew only under another certificate: to the bank it is another credit.
    """
    found = _credit_of(cycle.id)
    if found is not None and not (
        found.is_reversed and found.certificate_number != certificate_number
    ):
        return found
    credit = Credit(
        cycle=cycle,
        course_id=cycle.course_id,
        person_id=cycle.person_id,
        year=cycle.version.year,
        category=cycle.version.category,
        hours=cycle.version.hours,
        title=cycle.version.title,
        certificate_number=certificate_number,
        earned_at=clock.now(),
    )
    db.session.add(credit)
    db.session.flush()
    write_delivery(credit, DeliveryKind.CREDIT)
    return credit


def reverse_credit(cycle_id: int, reason: str) -> Delivery | None:
    """Ask the bank to take back the hours of a cycle; None if it earned none. Once per credit."""
    credit = _credit_of(cycle_id)
    if credit is None:
        return None
    return credit.delivery(DeliveryKind.REVERSAL) or write_delivery(
        credit, DeliveryKind.REVERSAL, reason
    )


def hand_over_credit(cycle: Cycle, certificate_number: str, reason: str) -> Credit | None:
    """Let the hours follow a cycle that now belongs to another person.

    The bank takes them back from the one and enters them for the other, as two entries. None if
    the cycle earned none, or they were taken back before.
    """
    old = _credit_of(cycle.id)
    if old is None or old.is_reversed:
        return None
    reverse_credit(cycle.id, reason)
    same = ("course_id", "year", "category", "hours", "title", "earned_at")
    credit = Credit(
        cycle=cycle,
        person_id=cycle.person_id,
        certificate_number=certificate_number,
        **{column: getattr(old, column) for column in same},
    )
    db.session.add(credit)
    db.session.flush()
    write_delivery(credit, DeliveryKind.CREDIT)
    return credit


def _credit_of(cycle_id: int) -> Credit | None:
    """The credit of a cycle; the newest, if the cycle has passed from one person to another."""
    query = select(Credit).where(Credit.cycle_id == cycle_id)
    return db.session.scalar(query.order_by(Credit.id.desc()).limit(1))


def write_delivery(credit: Credit, kind: DeliveryKind, reason: str = "") -> Delivery:
    """Put a message about the credit into the outbox; it is sent after the commit.

    With its reversal a credit stands no more, and makes room for another of the same cycle.
    """
    if kind is DeliveryKind.REVERSAL:
        credit.reversed_at = clock.now()
    delivery = Delivery(
        credit=credit, kind=kind, idempotency_key=secrets.token_hex(16), reason=reason
    )
    db.session.add(delivery)
    db.session.flush()
    enqueue_after_commit(deliver, delivery.id)
    return delivery


def retry_deliveries(actor: Person, deliveries: Sequence[Delivery]) -> None:
    """Send again at once what waits or was refused.

    Raises NotAllowed unless `actor` may see the deliveries of each course's base, IllegalMove if
    the bank has acknowledged one already; then none is sent.
    """
    for delivery in deliveries:
        _retry(actor, delivery)


def _retry(actor: Person, delivery: Delivery) -> None:
    base_id = delivery.credit.course.base_id
    require(actor, Permission.HOURS_DELIVERY_READ, base_id)
    if delivery.state is not DeliveryState.PENDING:
        move(delivery, DeliveryState.PENDING, DELIVERY_MOVES)
    delivery.next_try_at = clock.now()
    subject = f"delivery:{delivery.id}"
    record(AuditTag.HOURS_DELIVERY_RETRY, actor.id, subject, organization_id=base_id)
    enqueue_after_commit(deliver, delivery.id)


def reverse_revoked(certificate: Any, **more: Any) -> None:
    """Handler of events.certificate_revoked: the hours go back with the certificate."""
    reason = more.get("reason") or getattr(certificate, "revocation_reason", None) or ""
    reverse_credit(certificate.cycle_id, str(reason))
