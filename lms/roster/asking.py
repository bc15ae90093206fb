"""Moves that somebody else has to agree to: requests made by an import, and those it settles."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, insert, literal, select, update

from lms.core import clock
from lms.core.db import db
from lms.memberships.models import MembershipRequest, RequestKind, RequestSide, RequestState
from lms.roster.models import RosterImport, RosterRow

_ROWS: Table = RosterRow.__table__  # type: ignore[assignment]
_REQUESTS: Table = MembershipRequest.__table__  # type: ignore[assignment]


def open_requests(person_ids: Sequence[int]) -> dict[int, int]:
    """Of those of the people for whom a request waits, the unit it is to."""
    query = select(MembershipRequest.person_id, MembershipRequest.to_id).where(
        MembershipRequest.person_id.in_(person_ids),
        MembershipRequest.state == RequestState.PENDING,
    )
    return dict(db.session.execute(query).all())


def ask_for_moves(roster: RosterImport, asked: ColumnElement[bool]) -> None:
    """Make a request for each of these rows, as the new unit's.

    The one index that allows one open request of a person refuses what has been asked since.
    """
    values = {
        "person_id": _ROWS.c.person_id,
        "from_id": _ROWS.c.seen_unit_id,
        "to_id": _ROWS.c.unit_id,
        "asked_by_id": literal(roster.uploader_id),
        "side": _value("side", RequestSide.NEW_UNIT),
        "state": _value("state", RequestState.PENDING),
        "note": literal(""),
        "reason": literal(""),
        "created_at": _value("created_at", clock.now()),
    }
    for kind, is_kind in (
        (RequestKind.MOVE, _ROWS.c.seen_unit_id.is_not(None)),
        (RequestKind.JOIN, _ROWS.c.seen_unit_id.is_(None)),
    ):
        rows = select(*values.values(), _value("kind", kind)).where(asked, is_kind)
        db.session.execute(insert(_REQUESTS).from_select([*values, "kind"], rows))


def cancel_requests(roster: RosterImport, person_ids: ColumnElement[bool]) -> Sequence[int]:
    """Settle the open requests of people that are moved anyway; who they are."""
    moved = select(_ROWS.c.person_id).where(person_ids)
    cancelled = (
        update(_REQUESTS)
        .where(_REQUESTS.c.state == RequestState.PENDING, _REQUESTS.c.person_id.in_(moved))
        .values(
            state=RequestState.CANCELLED,
            decided_by_id=roster.uploader_id,
            decided_at=clock.now(),
        )
        .returning(_REQUESTS.c.person_id)
    )
    return db.session.scalars(cancelled).all()


def _value(name: str, value: object) -> ColumnElement[object]:
    return literal(value, _REQUESTS.c[name].type)
