"""Telling somebody, reading what one was told, and choosing what leaves the platform."""

from sqlalchemy import update

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.core.tasks import enqueue_after_commit
from lms.notices.models import (
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeLanguage,
    NoticePreference,
)
from lms.notices.tasks import send_delivery
from lms.notices.writing import Told, write


def tell(kind: NoticeKind, told: Told) -> None:
    """Write a notice, in the transaction of what happened; its messages go after the commit.

    What was told before is not told again.
    """
    for delivery_id in write(kind, [told], is_queued=True):
        enqueue_after_commit(send_delivery, delivery_id)


def mark_read(person: Person, notice: Notice) -> None:
    """Mark a notice of the person as read; one that was read keeps its time."""
    _mark(person, Notice.id == notice.id)


def mark_all_read(person: Person, newest_id: int) -> None:
    """Mark the person's notices up to this one as read: what came since has not been seen."""
    _mark(person, Notice.id <= newest_id)


def _mark(person: Person, condition: object) -> None:
    change = update(Notice).where(Notice.person_id == person.id, Notice.read_at.is_(None))
    db.session.execute(change.where(condition).values(read_at=clock.now()))  # type: ignore[arg-type]


def set_preferences(
    person: Person, wanted: set[tuple[NoticeKind, NoticeChannel]], language: str
) -> None:
    """Let notices of just these kinds and channels go out to the person, in this language."""
    for kind in NoticeKind:
        for channel in NoticeChannel:
            is_wanted = (kind, channel) in wanted
            keys = {"person_id": person.id, "kind": kind, "channel": channel}
            db.session.merge(NoticePreference(**keys, is_wanted=is_wanted))
    db.session.merge(NoticeLanguage(person_id=person.id, language=language))
    db.session.flush()


def merge_notices(survivor: Person, duplicate: Person, actor: Person) -> None:
    """Handler of events.person_merged: what the duplicate was told, the survivor finds."""
    change = update(Notice).where(Notice.person_id == duplicate.id)
    db.session.execute(change.values(person_id=survivor.id))
