"""Which events an auditor may see, a page of them at a time.

A million events are read as quickly as a thousand: by the index of who, record or address if one
is asked for; else from organization to organization while those are few, and straight down the
trail if most of it is the auditor's own.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.accounts.queries import find_by_identity, find_by_username, organizations_with
from lms.auditing.labels import tags_of
from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import GRANTS, Permission
from lms.organizations.models import Organization, OrganizationKind
from lms.web.paging import FIRST, KeysetPage, Place, Stretch, keyset_page, record_id

PAGE_SIZE = 30
# Events of so many organizations are collected one organization after another.
_FEW_ORGANIZATIONS = 3000
_MOST_NAMED = 50
# Ids follow time but for what a long transaction delays, so a day beside the period is enough.
_DISORDER = dt.timedelta(days=1)


@dataclass(frozen=True)
class EventFilter:
    """What a list of events is narrowed to; None and "" narrow nothing.

    `since` and `until` are days in Shanghai, both included. `tag` is a whole tag, or a group with
    its colon ("accounts:"). `subject` is a record ("person:12").
    """

    since: dt.date | None = None
    until: dt.date | None = None
    actor_id: int | None = None
    tag: str = ""
    subject: str = ""
    organization_ids: Collection[int] | None = None
    address: str = ""

    @property
    def begins_at(self) -> dt.datetime | None:
        return clock.end_of_day(self.since - dt.timedelta(days=1)) if self.since else None

    @property
    def ends_at(self) -> dt.datetime | None:
        return clock.end_of_day(self.until) if self.until else None

    @property
    def is_narrow(self) -> bool:
        """Whether an index leads to the few events that are asked for."""
        return self.actor_id is not None or bool(self.subject or self.address)

    def conditions(self, event: Any = AuditEvent) -> list[ColumnElement[bool]]:
        """What an event must fulfil, but for its organization."""
        wanted: list[ColumnElement[bool]] = []
        if self.begins_at is not None:
            wanted.append(event.happened_at >= self.begins_at)
        if self.ends_at is not None:
            wanted.append(event.happened_at < self.ends_at)
        if self.actor_id is not None:
            wanted.append(event.actor_id == self.actor_id)
        if self.tag.endswith(":"):
            # One by one, as the index of tags serves them whatever the collation. So a tag that
            # events bear stays in the enum.
            wanted.append(event.tag.in_(tags_of(self.tag.removesuffix(":"))))
        elif self.tag:
            wanted.append(event.tag == self.tag)
        if self.subject:
            wanted.append(event.subject == self.subject)
        if self.address:
            wanted.append(event.address == self.address)
        return wanted


@dataclass(frozen=True)
class Scope:
    """Whose events somebody may see: some organizations', and perhaps the system's own.

    It outlives the session that the person was loaded by, as a streamed answer does.
    """

    organizations: Select[int]
    has_system: bool

    @property
    def condition(self) -> ColumnElement[bool]:
        own = AuditEvent.organization_id.in_(self.organizations)
        return or_(own, AuditEvent.organization_id.is_(None)) if self.has_system else own


def scope_of(actor: Person, permission: Permission = Permission.AUDIT_EVENT_READ) -> Scope:
    """The organizations over which `actor` has `permission`.

    Events of no organization are the whole system's, and seen by whoever has the permission in a
    bureau whose division has none above it.
    """
    has_system = any(
        post.organization.kind is OrganizationKind.BUREAU
        and post.organization.division.parent_code is None
        for post in actor.posts
        if post.is_in_force and permission in GRANTS[post.role]
    )
    return Scope(organizations_with(actor, permission), has_system)


def get_event(scope: Scope, event_id: int) -> AuditEvent:
    """An event of the scope; raises NotFound otherwise."""
    found = db.session.scalar(select(AuditEvent).where(AuditEvent.id == event_id, scope.condition))
    if found is None:
        raise NotFound()
    return found


def events_page(
    scope: Scope, wanted: EventFilter, place: Place = FIRST, size: int = PAGE_SIZE
) -> KeysetPage[AuditEvent]:
    """A page of the events of a scope, the newest first; keys are (id,)."""
    return keyset_page(
        lambda stretch: list(db.session.scalars(_events(scope, wanted, stretch))),
        lambda event: (event.id,),
        place,
        size,
    )


def older_events(
    scope: Scope, wanted: EventFilter, below_id: int | None, size: int
) -> list[AuditEvent]:
    """The newest events below an id (None: from the newest)."""
    place = Place(after=(below_id,)) if below_id is not None else FIRST
    return list(db.session.scalars(_events(scope, wanted, Stretch(place, size))))


def _events(scope: Scope, wanted: EventFilter, stretch: Stretch) -> Select[AuditEvent]:
    few = None if wanted.is_narrow else _few_organizations(scope, wanted)
    if few is not None:
        return _organization_by_organization(few, wanted, stretch)
    query = select(AuditEvent).where(scope.condition, *wanted.conditions())
    if wanted.organization_ids is not None:
        query = query.where(AuditEvent.organization_id.in_(wanted.organization_ids))
    return _newest_first(_bounded(query, AuditEvent, wanted), AuditEvent, stretch)


def _few_organizations(scope: Scope, wanted: EventFilter) -> Select[int] | None:
    """The organizations to go through one by one, or None if that is not the quicker way."""
    if db.session.get_bind().dialect.name != "postgresql":
        return None
    own = scope.organizations
    if wanted.organization_ids is not None:
        return own.where(Organization.id.in_(wanted.organization_ids))
    if scope.has_system:
        return None
    most = select(func.count()).select_from(own.limit(_FEW_ORGANIZATIONS + 1).subquery())
    return own if (db.session.scalar(most) or 0) <= _FEW_ORGANIZATIONS else None


def _organization_by_organization(
    organizations: Select[int], wanted: EventFilter, stretch: Stretch
) -> Select[AuditEvent]:
    own = organizations.subquery()
    event = aliased(AuditEvent)
    of_one = select(event.id).where(event.organization_id == own.c.id, *wanted.conditions(event))
    newest = _newest_first(_bounded(of_one, event, wanted), event, stretch).lateral()
    ids = select(newest.c.id).select_from(own).join(newest, true())
    return _newest_first(select(AuditEvent).where(AuditEvent.id.in_(ids)), AuditEvent, stretch)


def _newest_first(query: Select[Any], event: Any, stretch: Stretch) -> Select[Any]:
    place = stretch.place
    if place.after is not None:
        query = query.where(event.id < place.after[0])
    if place.before is not None:
        query = query.where(event.id > place.before[0])
    order = event.id.asc() if place.is_backward else event.id.desc()
    return query.order_by(order).limit(stretch.limit)


def _bounded(query: Select[Any], event: Any, wanted: EventFilter) -> Select[Any]:
    """A period as a range of ids too, so that a list does not walk there from the newest event."""
    at = AuditEvent.happened_at
    if wanted.begins_at is not None:
        early = select(AuditEvent.id).where(at < wanted.begins_at - _DISORDER)
        lowest = db.session.scalar(early.order_by(at.desc()).limit(1))
        query = query if lowest is None else query.where(event.id > lowest)
    if wanted.ends_at is not None:
        late = select(AuditEvent.id).where(at > wanted.ends_at + _DISORDER)
        highest = db.session.scalar(late.order_by(at).limit(1))
        query = query if highest is None else query.where(event.id < highest)
    return query


def find_organization_ids(scope: Scope, text: str) -> list[int]:
    """Organizations of the scope with this id, or with this text in their name; 50 at most."""
    try:
        named = Organization.id == record_id(text)
    except ValueError:
        named = Organization.name.contains(text, autoescape=True)
    found = scope.organizations.where(named).order_by(Organization.name).limit(_MOST_NAMED)
    return list(db.session.scalars(found))


def find_actor(scope: Scope, text: str) -> Person | None:
    """The person with this user name or identity number, if the scope knows of them."""
    found = find_by_username(text) or find_by_identity(text)
    return found if found is not None and is_known(scope, found) else None


def is_known(scope: Scope, person: Person) -> bool:
    """Whether the person belongs to an organization of the scope, or did something there."""
    own = scope.organizations.where(Organization.id == person.unit_id)
    if person.unit_id and db.session.scalar(own) is not None:
        return True
    deeds = select(AuditEvent.id).where(AuditEvent.actor_id == person.id, scope.condition)
    return db.session.scalar(deeds.limit(1)) is not None
