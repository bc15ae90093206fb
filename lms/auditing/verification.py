"""Recomputing every seal, and telling what does not agree.

Events are read as they are needed, the seals of one event after another, so that the trail may be
of any length.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from lms.auditing import rules
from lms.auditing.keys import KeyRing, is_signed
from lms.auditing.models import AuditSeal
from lms.auditing.seal_log import LoggedSeals
from lms.auditing.sealing import events_between, statement
from lms.core import clock
from lms.core.db import db

# What reading a cell raises that holds no value of its column's kind (SQLite takes anything).
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, DBAPIError)
_BATCH = 500


@dataclass
class Found:
    """How far the trail was verified."""

    seals: int = 0
    events: int = 0
    unsealed: int = 0
    # When the latest of the events verified so far happened.
    latest: dt.datetime | None = None

    def date(self, summary: rules.Summary, until: dt.datetime) -> Iterator[str]:
        """Which events are dated before what was sealed earlier, or after `until`."""
        earliest, latest = summary.earliest, summary.latest
        if earliest and self.latest and earliest[0] < self.latest - rules.LATEST_COMMIT:
            yield f"event {earliest[1]} is dated back"
        if latest and latest[0] > until + rules.CLOCK_SKEW:
            yield f"event {latest[1]} is dated ahead"
        if latest:
            # A date in the future must not make those that are right look wrong.
            self.latest = max(self.latest or latest[0], min(latest[0], until))


@dataclass(frozen=True)
class Link:
    """What of the seal before goes into the next one."""

    last: int = rules.BELOW_ALL_IDS
    digest: str = rules.NO_DIGEST


def doubts(ring: KeyRing, logged: LoggedSeals | None, until: int, found: Found) -> Iterator[str]:
    """Everything that does not agree up to the seal `until`, a sentence each, the oldest first.

    `logged` is the log of seals as it was when `until` was the newest. `found` is filled on the
    way.
    """
    number = 0
    link: Link | None = Link()
    for seal in _seals(until):
        yield from _missing(range(number + 1, seal.id))
        if seal.id > number + 1:
            link = _link_from_log(seal.id - 1, logged)
        yield from _check(seal, link, ring, logged)
        if link is None:
            yield f"{_name(seal)}: cannot be verified without the seal before"
        else:
            yield from (f"{_name(seal)}: {what}" for what in _check_events(seal, link, found))
        number, link = seal.id, Link(seal.last_event_id, seal.digest)
        found.seals += 1
    yield from _check_unsealed(link, found)
    yield from _check_log(number, logged)


def _seals(until: int) -> Iterator[AuditSeal]:
    # By number and not through one cursor: the events of each are read in between.
    number = 0
    while True:
        query = select(AuditSeal).where(AuditSeal.id > number, AuditSeal.id <= until)
        batch = list(db.session.scalars(query.order_by(AuditSeal.id).limit(_BATCH)))
        if not batch:
            return
        db.session.expunge_all()
        yield from batch
        number = batch[-1].id


def _name(seal: AuditSeal) -> str:
    return f"seal {seal.id} (events {seal.first_event_id} to {seal.last_event_id})"


def _missing(numbers: range) -> Iterator[str]:
    if numbers:
        names = (
            f"seals {numbers[0]} to {numbers[-1]} are" if numbers[1:] else f"seal {numbers[0]} is"
        )
        yield f"{names} missing from the database"


def _link_from_log(number: int, logged: LoggedSeals | None) -> Link | None:
    """The seal before, if the log still knows what the database has lost."""
    kept = logged.seals.get(number) if logged else None
    return Link(kept[0].last, kept[0].digest) if kept else None


def _check(
    seal: AuditSeal, link: Link | None, ring: KeyRing, logged: LoggedSeals | None
) -> Iterator[str]:
    said = statement(seal, link.digest if link else "")
    if seal.key_id not in ring:
        yield f"{_name(seal)}: signed with a key that is not known here ({seal.key_id})"
    elif link and not is_signed(said, seal.signature, ring):
        yield f"{_name(seal)}: the signature does not fit, so the seal was altered"
    if logged is None or (logged.is_copy and seal.id > logged.newest):
        return
    line = logged.seals.get(seal.id)
    if line is None:
        yield f"{_name(seal)}: not in the log of seals"
    elif link and line != (said, seal.signature):
        yield f"{_name(seal)}: the log of seals says something else"


def _check_events(seal: AuditSeal, link: Link, found: Found) -> Iterator[str]:
    try:
        events = events_between(link.last, seal.last_event_id)
        summary = rules.summarize(link.digest, events)
    except _UNREADABLE:
        db.session.rollback()
        yield "an event was changed into something that cannot be read"
        return
    found.events += summary.count
    if summary.count < seal.count:
        yield f"{seal.count - summary.count} of {seal.count} events were removed"
    elif summary.count > seal.count:
        yield f"{summary.count - seal.count} events were inserted beside the {seal.count} sealed"
    elif summary.digest != seal.digest:
        yield "events were changed or replaced"
    yield from found.date(summary, seal.sealed_at)


def _check_unsealed(link: Link | None, found: Found) -> Iterator[str]:
    try:
        summary = rules.summarize("", events_between((link or Link()).last, None))
    except _UNREADABLE:
        db.session.rollback()
        yield "an event that is not sealed yet cannot be read"
        return
    found.unsealed = summary.count
    name = f"events {summary.first} to {summary.last}, not sealed yet"
    yield from (f"{name}: {what}" for what in found.date(summary, clock.now()))
    if summary.earliest and clock.now() - summary.earliest[0] > rules.LONGEST_WAIT:
        yield f"{name}: waiting since {rules.instant_text(summary.earliest[0])}; is beat running?"


def _check_log(newest: int, logged: LoggedSeals | None) -> Iterator[str]:
    if logged is None:
        if newest:
            yield "there is no log of seals to compare with"
        return
    ahead = sorted(number for number in logged.seals if number > newest)
    if ahead:
        names = ", ".join(str(number) for number in ahead)
        yield f"the log holds seals that the database does not: {names}"
    for number in sorted(logged.claimed_twice):
        yield f"the log holds two different seals {number}"
    if logged.begun_after:
        yield f"the log was begun anew after seal {logged.begun_after}: the one before was lost"
    for place in logged.unreadable:
        yield f"line {place} of the log holds no seal"
