"""Writing notices and the messages that carry them, each once, however often it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from lms.core import clock
from lms.core.db import Model, db
from lms.notices.models import DeliveryState, Notice, NoticeDelivery, NoticeKind
from lms.notices.queries import channels_wanted


@dataclass(frozen=True)
class Told:
    """Whom a notice tells, of what happened ("attempt:12"), with which facts."""

    person_id: int
    about: str
    facts: dict[str, Any]


def write(kind: NoticeKind, told: Sequence[Told], *, is_queued: bool) -> list[int]:
    """Write those notices (a few hundred at once) that are new; returns the ids of their messages.

    `is_queued` tells that the caller gives the messages to the task queue. Else the sweep does,
    bit by bit.
    """
    now = clock.now()
    rows = [{**vars(each), "kind": kind, "created_at": now} for each in told]
    new = _insert_missing(Notice).returning(Notice.id, Notice.person_id)
    written = [(notice_id, person_id) for notice_id, person_id in db.session.execute(new, rows)]
    wanted = channels_wanted(kind, {person_id for _id, person_id in written})
    messages = [
        {
            "notice_id": notice_id,
            "channel": channel,
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "created_at": now,
            "next_try_at": now,
            "queued_at": now if is_queued else None,
        }
        for notice_id, person_id in written
        for channel in wanted[person_id]
    ]
    if not messages:
        return []
    made = _insert_missing(NoticeDelivery).returning(NoticeDelivery.id)
    return list(db.session.scalars(made, messages))


def _insert_missing(model: type[Model]) -> Any:
    """An INSERT that passes over what a unique key has already."""
    is_sqlite = db.session.get_bind().dialect.name == "sqlite"
    insert: Any = sqlite.insert if is_sqlite else postgresql.insert
    return insert(model).on_conflict_do_nothing()
