"""Applying an import: one transaction of set-based SQL, all or nothing.

Nothing is computed here but by the database: what could be prepared was, by the check. So the
write lock is held for seconds at a hundred thousand people.
"""

from typing import Any

from sqlalchemy import JSON, String, Table, cast, func, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ColumnElement

from lms.accounts.enums import EmploymentEnd, PersonState
from lms.accounts.models import Employment, Person
from lms.accounts.queries import permissions_of
from lms.activation.codes import void_codes
from lms.core import clock
from lms.core.audit import AuditEvent, AuditTag, record
from lms.core.db import db, transaction
from lms.core.permissions import Permission
from lms.memberships.models import RequestSide
from lms.roster import jobs
from lms.roster.abandoned import TAKEN_FIELDS, take_over
from lms.roster.asking import ask_for_moves, cancel_requests
from lms.roster.enums import FileFault, RosterState, Verdict
from lms.roster.freshness import is_fresh
from lms.roster.jobs import Job, Listener, LostClaimError
from lms.roster.models import RosterImport, RosterRow

_ROWS: Table = RosterRow.__table__  # type: ignore[assignment]
_PEOPLE: Table = Person.__table__  # type: ignore[assignment]
_EMPLOYMENTS: Table = Employment.__table__  # type: ignore[assignment]
_EVENTS: Table = AuditEvent.__table__  # type: ignore[assignment]
_SEALED = (
    "identity_kind",
    "identity_cipher",
    "identity_hash",
    "identity_head",
    "identity_tail",
    "phone_cipher",
    "phone_hash",
    "phone_tail",
)
_PROFILE = ("email", "profession", "title_level")
_BEGUN_PERCENT, _VERIFIED_PERCENT = 10, 40


class OutdatedError(Exception):
    """People or units are no longer as the check found them."""


class NotAllowedAnyMoreError(Exception):
    """The uploader has lost the right to import people."""


def apply_now(import_id: int, listener: Listener | None = None) -> bool:
    """Apply in this process; whether it was this process that did, or found it outdated."""
    with transaction():
        job = jobs.claim(import_id, RosterState.QUEUED, listener)
    if job is None:
        return False
    try:
        with transaction():
            jobs.beat(job, _BEGUN_PERCENT)
        # Looked at before the lock is taken, so that an outdated list keeps nobody waiting.
        _check_fresh(db.session.get_one(RosterImport, import_id))
        with transaction():
            jobs.beat(job, _VERIFIED_PERCENT)
        with transaction():
            _apply(job)
    except LostClaimError:
        return False
    except (OutdatedError, IntegrityError):
        return _let_go(job, None)
    except NotAllowedAnyMoreError:
        return _let_go(job, FileFault.NOT_ALLOWED)
    if listener is not None:
        listener(100)
    return True


def _let_go(job: Job, fault: FileFault | None) -> bool:
    try:
        with transaction():
            roster = jobs.claimed(job)
            if fault is None:
                jobs.let_go(roster, RosterState.OUTDATED)
            else:
                jobs.set_failed(roster, fault)
    except LostClaimError:
        return False
    return True


def _check_fresh(roster: RosterImport) -> None:
    actor = db.session.get_one(Person, roster.uploader_id)
    if not actor.may_study or Permission.PEOPLE_ROSTER_IMPORT not in permissions_of(actor):
        raise NotAllowedAnyMoreError()
    if not is_fresh(roster, actor):
        raise OutdatedError()


def _apply(job: Job) -> None:
    roster = jobs.claimed(job)
    with _roomy_cache():
        _check_fresh(roster)
        work = _Work(roster)
        work.create_people()
        work.take_over_people()
        work.move_people()
        work.update_people()
        work.ask_for_people()
        jobs.let_go(roster, RosterState.APPLIED)
        roster.attempts = 0
        roster.applied_at = clock.now()
        _record(roster)


class _roomy_cache:  # noqa: N801 - reads as what it does in the one `with` it stands in
    """Room for the indexes that grow, on SQLite; PostgreSQL has its own."""

    def __enter__(self) -> None:
        self._set(-96 * 1024)

    def __exit__(self, *_exception: object) -> None:
        self._set(-2000)

    def _set(self, size: int) -> None:
        if db.engine.dialect.name == "sqlite":
            db.session.execute(text(f"PRAGMA cache_size={size}"))


class _Work:
    """The statements of one import."""

    def __init__(self, roster: RosterImport) -> None:
        self._roster = roster
        self._now = clock.now()
        self._mine = _ROWS.c.import_id == roster.id
        touched = _ROWS.c.verdict.in_([Verdict.CHANGED, Verdict.MOVED])
        self._is_new = self._mine & (_ROWS.c.verdict == Verdict.NEW)
        self._is_written = self._mine & touched & ~_ROWS.c.is_asked

    def create_people(self) -> None:
        """Insert the new people with their employment; an event for each of both."""
        is_new = self._is_new & _ROWS.c.person_id.is_(None)
        names = ["record_key", "name", "unit_id", *_SEALED, *_PROFILE, "state", "created_at"]
        values = [_ROWS.c[name] for name in names[:-2]]
        values += [_value(_PEOPLE, "state", PersonState.ACTIVE)]
        values += [_value(_PEOPLE, "created_at", self._now)]
        rows = select(*values).where(is_new).order_by(_ROWS.c.row_number)
        db.session.execute(insert(_PEOPLE).from_select(names, rows))
        people = _ROWS.join(_PEOPLE, _PEOPLE.c.record_key == _ROWS.c.record_key)
        self._employ(_PEOPLE.c.id, people, is_new)
        self._record(AuditTag.ACCOUNTS_PERSON_CREATE, _PEOPLE.c.id, people, is_new)
        self._record(AuditTag.ACCOUNTS_EMPLOYMENT_BEGIN, _PEOPLE.c.id, people, is_new)

    def take_over_people(self) -> None:
        """Give the records that nobody uses to whom their numbers belong to, and employ them."""
        is_taken = self._is_new & _ROWS.c.person_id.is_not(None)
        take_over(is_taken)
        person_id = _ROWS.c.person_id
        self._employ(person_id, _ROWS, is_taken)
        self._record(
            AuditTag.ACCOUNTS_PERSON_UPDATE, person_id, _ROWS, is_taken, fields=list(TAKEN_FIELDS)
        )
        self._record(AuditTag.ACCOUNTS_SESSION_END, person_id, _ROWS, is_taken)
        self._record(AuditTag.ACCOUNTS_EMPLOYMENT_BEGIN, person_id, _ROWS, is_taken)

    def move_people(self) -> None:
        """End the employments of those who are moved, and employ them and whoever has no unit."""
        joins = self._is_written & (_ROWS.c.verdict == Verdict.MOVED)
        leaves = joins & _ROWS.c.seen_unit_id.is_not(None)
        db.session.execute(
            update(_EMPLOYMENTS)
            .values(ended_on=clock.today(), end_reason=EmploymentEnd.MOVED)
            .where(
                _EMPLOYMENTS.c.ended_on.is_(None),
                _EMPLOYMENTS.c.person_id.in_(select(_ROWS.c.person_id).where(leaves)),
            )
        )
        self._record(
            AuditTag.ACCOUNTS_EMPLOYMENT_END,
            _ROWS.c.person_id,
            _ROWS,
            leaves,
            unit_id=_ROWS.c.seen_unit_id,
            reason=EmploymentEnd.MOVED.value,
        )
        for person_id in cancel_requests(self._roster, joins):
            record(
                AuditTag.ACCOUNTS_REQUEST_CANCEL,
                self._roster.uploader_id,
                f"person:{person_id}",
                organization_id=self._roster.organization_id,
                roster=self._roster.id,
            )
        self._employ(_ROWS.c.person_id, _ROWS, joins)
        # As when one person joins a unit: codes of the former one open the account no more.
        void_codes(select(_ROWS.c.person_id).where(joins))
        self._record(AuditTag.ACCOUNTS_EMPLOYMENT_BEGIN, _ROWS.c.person_id, _ROWS, joins)

    def ask_for_people(self) -> None:
        """Ask for those who are moved from where the uploader has no say."""
        asked = self._mine & _ROWS.c.is_asked
        ask_for_moves(self._roster, asked)
        self._record(
            AuditTag.ACCOUNTS_REQUEST_MAKE,
            _ROWS.c.person_id,
            _ROWS,
            asked,
            side=RequestSide.NEW_UNIT.value,
        )

    def update_people(self) -> None:
        """Write what is changed; cells that were empty, or say the same, leave what there is."""
        names = ["phone_cipher", "phone_hash", "phone_tail", *_PROFILE]
        values = {name: func.coalesce(_ROWS.c[name], _PEOPLE.c[name]) for name in names}
        is_written = self._is_written
        db.session.execute(
            update(_PEOPLE)
            .values(unit_id=_ROWS.c.unit_id, **values)
            .where(_PEOPLE.c.id == _ROWS.c.person_id, is_written)
        )
        changed = select(_ROWS.c.changed_fields).where(
            is_written, _ROWS.c.changed_fields.is_not(None)
        )
        for fields in db.session.scalars(changed.distinct()).all():
            self._record(
                AuditTag.ACCOUNTS_PERSON_UPDATE,
                _ROWS.c.person_id,
                _ROWS,
                is_written & (_ROWS.c.changed_fields == fields),
                fields=str(fields).split(","),
            )

    def _employ(self, person_id: Any, source: Any, condition: ColumnElement[bool]) -> None:
        rows = select(person_id, _ROWS.c.unit_id, _value(_EMPLOYMENTS, "started_on", clock.today()))
        db.session.execute(
            insert(_EMPLOYMENTS).from_select(
                ["person_id", "organization_id", "started_on"],
                rows.select_from(source).where(condition).order_by(_ROWS.c.row_number),
            )
        )

    def _record(
        self,
        tag: AuditTag,
        person_id: Any,
        source: Any,
        condition: ColumnElement[bool],
        unit_id: Any = None,
        **detail: Any,
    ) -> None:
        """Note the deed for every person, as `record` would: who did what to which record."""
        values = {
            "happened_at": _value(_EVENTS, "happened_at", self._now),
            "actor_id": literal(self._roster.uploader_id),
            "organization_id": _ROWS.c.unit_id if unit_id is None else unit_id,
            "address": literal(self._roster.address, String),
            "tag": literal(tag.value),
            "subject": literal("person:") + cast(person_id, String),
            "detail": literal({"roster": self._roster.id, **detail}, JSON),
        }
        rows = select(*values.values()).select_from(source).where(condition)
        db.session.execute(
            insert(_EVENTS).from_select(list(values), rows.order_by(_ROWS.c.row_number))
        )


def _value(table: Table, name: str, value: Any) -> Any:
    """A value as the column keeps it."""
    return literal(value, table.c[name].type)


def _record(roster: RosterImport) -> None:
    record(
        AuditTag.ACCOUNTS_ROSTER_APPLY,
        roster.uploader_id,
        f"roster:{roster.id}",
        organization_id=roster.organization_id,
        new=roster.new_count,
        changed=roster.changed_count,
        moved=roster.moved_count - roster.asked_count,
        asked=roster.asked_count,
        unchanged=roster.unchanged_count,
        refused=roster.refused_count,
    )
