"""Whether what the check found still holds, asked in a few joins."""

from sqlalchemy import Select, Table, exists, func, or_, select
from sqlalchemy.sql import ColumnElement

from lms.accounts.enums import PersonState
from lms.accounts.models import Person, Post
from lms.accounts.queries import organizations_with
from lms.core.db import db
from lms.core.permissions import Permission
from lms.organizations.models import Organization, OrganizationState
from lms.organizations.queries import EMPLOYERS
from lms.roster.abandoned import is_abandoned
from lms.roster.enums import Verdict
from lms.roster.models import RosterImport, RosterRow

_ROWS: Table = RosterRow.__table__  # type: ignore[assignment]
_PEOPLE: Table = Person.__table__  # type: ignore[assignment]
_SEEN = ("phone_hash", "email", "profession", "title_level", "unit_id")


def is_fresh(roster: RosterImport, actor: Person) -> bool:
    """Whether every staged row would be judged today as it was.

    Inside a transaction that writes, what was looked at stays so until it ends: SQLite has the
    write lock, PostgreSQL holds the people's rows, and those of their units after `hold_units`.
    """
    mine = _ROWS.c.import_id == roster.id
    known = mine & _ROWS.c.person_id.is_not(None)
    count = _count(select(_ROWS.c.row_number).where(known))
    if _count(_unchanged(known).with_for_update(of=_PEOPLE, key_share=True)) != count:
        return False
    return not (
        _any(_no_longer_abandoned(known))
        or _any(_newly_registered(mine))
        or _any(_newly_staff(mine))
        or _any(_out_of_reach(mine, actor))
    )


def hold_units(roster: RosterImport) -> None:
    """Let nobody close a unit of the rows until the transaction ends, as `keep_open` does."""
    units = select(_ROWS.c.unit_id).where(_ROWS.c.import_id == roster.id)
    same = select(Organization.id).where(Organization.id.in_(units)).order_by(Organization.id)
    db.session.execute(same.with_for_update(read=True, key_share=True)).all()


def _count(rows: Select[int]) -> int:
    return db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _any(rows: Select[int]) -> bool:
    return bool(db.session.scalar(select(exists(rows))))


def _unchanged(known: ColumnElement[bool]) -> Select[int]:
    """Rows of people who are as they were seen."""
    same = [_PEOPLE.c[name].is_not_distinct_from(_ROWS.c[f"seen_{name}"]) for name in _SEEN]
    is_active = (_PEOPLE.c.state == PersonState.ACTIVE) & (_PEOPLE.c.name == _ROWS.c.name)
    is_new = _ROWS.c.verdict == Verdict.NEW
    return (
        select(_ROWS.c.row_number)
        .join(_PEOPLE, _PEOPLE.c.id == _ROWS.c.person_id)
        .where(known, _PEOPLE.c.identity_hash == _ROWS.c.identity_hash, *same)
        .where(or_(is_new, is_active))
    )


def _no_longer_abandoned(known: ColumnElement[bool]) -> Select[int]:
    """Rows that would take over a record which somebody uses after all.

    A statement of its own, after the people are held: one that waited for a row looks at that row
    anew, but at what hangs on it as it was before.
    """
    return (
        select(_ROWS.c.row_number)
        .join(_PEOPLE, _PEOPLE.c.id == _ROWS.c.person_id)
        .where(known, _ROWS.c.verdict == Verdict.NEW, ~is_abandoned())
    )


def _newly_registered(mine: ColumnElement[bool]) -> Select[int]:
    """Rows of new people who are there after all."""
    return (
        select(_ROWS.c.row_number)
        .join(_PEOPLE, _PEOPLE.c.identity_hash == _ROWS.c.identity_hash)
        .where(mine, _ROWS.c.verdict == Verdict.NEW, _ROWS.c.person_id.is_(None))
    )


def _newly_staff(mine: ColumnElement[bool]) -> Select[int]:
    """Rows that change where messages go of somebody who has been given a post since."""
    touched = _ROWS.c.changed_fields.contains("phone") | _ROWS.c.changed_fields.contains("email")
    return (
        select(_ROWS.c.row_number)
        .join(Post, Post.person_id == _ROWS.c.person_id)
        .where(mine, touched, Post.is_in_force)
    )


def _out_of_reach(mine: ColumnElement[bool], actor: Person) -> Select[int]:
    """Rows of units that the actor may put nobody into, or move nobody between, any more."""
    into = select(Organization.id).where(
        Organization.id.in_(organizations_with(actor, Permission.PEOPLE_ROSTER_IMPORT)),
        Organization.kind.in_(EMPLOYERS),
        Organization.state == OrganizationState.APPROVED,
    )
    edited = organizations_with(actor, Permission.PEOPLE_PERSON_EDIT)
    is_moved = (_ROWS.c.verdict == Verdict.MOVED) & ~_ROWS.c.is_asked
    return select(_ROWS.c.row_number).where(
        mine,
        or_(
            _ROWS.c.unit_id.not_in(into),
            is_moved & (_ROWS.c.unit_id.not_in(edited) | _ROWS.c.seen_unit_id.not_in(edited)),
        ),
    )
