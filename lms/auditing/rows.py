"""Events as they are shown: who, what, on which record, whose affair, from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.auditing.labels import detail_lines, tag_label
from lms.auditing.models import AuditSeal
from lms.auditing.subjects import Shown, organization_names, people_named, shown_subjects
from lms.core.audit import AuditEvent
from lms.core.db import db


@dataclass(frozen=True)
class EventRow:
    """An event with what its numbers stand for; `actor` is None for the system itself."""

    event: AuditEvent
    actor: Person | None
    action: Any
    subject: Shown
    organization: str
    details: list[tuple[Any, str]]


def rows_of(viewer: Person | None, events: Sequence[AuditEvent]) -> list[EventRow]:
    """The events as `viewer` sees them; three look-ups and one for each kind of record."""
    people = people_named({event.actor_id for event in events if event.actor_id})
    names = organization_names({event.organization_id for event in events if event.organization_id})
    subjects = shown_subjects(viewer, {event.subject for event in events})
    return [
        EventRow(
            event=event,
            actor=people.get(event.actor_id or 0),
            action=tag_label(event.tag),
            subject=subjects[event.subject],
            organization=names.get(event.organization_id or 0, ""),
            details=detail_lines(event.detail),
        )
        for event in events
    ]


def seal_over(event: AuditEvent) -> AuditSeal | None:
    """The seal that covers an event; None while it waits for one."""
    query = select(AuditSeal).where(AuditSeal.last_event_id >= event.id)
    return db.session.scalar(query.order_by(AuditSeal.last_event_id).limit(1))
