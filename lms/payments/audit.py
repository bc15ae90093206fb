"""Orders in the audit trail: they are the affair of the base that sells the course."""

from typing import Any

from lms.core.audit import AuditTag, record
from lms.payments.models import Order


def record_order(tag: AuditTag, actor_id: int | None, order: Order, **detail: Any) -> None:
    """Note that `actor_id` (None: the system) did `tag` to the order."""
    base_id = order.course.base_id
    record(tag, actor_id, f"order:{order.id}", organization_id=base_id, **detail)
