"""The statements by which an import is written, each for all of its people at once."""

from typing import Any

from sqlalchemy import JSON, String, Table, case, cast, func, insert, literal, select, update
from sqlalchemy.sql import ColumnElement

from lms.accounts.enums import EmploymentEnd, PersonState
from lms.accounts.models import Employment, Person
from lms.accounts.posts import end_posts_left
from lms.activation.codes import void_codes
from lms.core import clock
from lms.core.audit import AuditEvent, AuditTag, record
from lms.core.db import db
from lms.memberships.models import RequestSide
from lms.roster.abandoned import TAKEN_FIELDS, take_over
from lms.roster.asking import ask_for_moves, cancel_requests
from lms.roster.enums import Verdict
from lms.roster.models import RosterImport, RosterRow
from lms.second_factor.queries import is_armed

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


class Work:
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
        is_taken, person_id = self._is_new & _ROWS.c.person_id.is_not(None), _ROWS.c.person_id
        # Recorded while there are the factors that go.
        self._record(
            AuditTag.ACCOUNTS_FACTOR_RESET, person_id, _ROWS, is_taken & is_armed(person_id)
        )
        take_over(is_taken)
        self._employ(person_id, _ROWS, is_taken)
        self._record(
            AuditTag.ACCOUNTS_PERSON_UPDATE, person_id, _ROWS, is_taken, fields=list(TAKEN_FIELDS)
        )
        self._record(AuditTag.ACCOUNTS_SESSION_END, person_id, _ROWS, is_taken)
        self._record(AuditTag.ACCOUNTS_EMPLOYMENT_BEGIN, person_id, _ROWS, is_taken)

    def move_people(self) -> None:
        """Employ those who are moved and whoever has no unit; what they had in the old one ends."""
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
        left = select(_ROWS.c.person_id, _ROWS.c.seen_unit_id).where(leaves)
        end_posts_left(left, self._roster.uploader_id, roster=self._roster.id)
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
        is_written, fields = self._is_written, _ROWS.c.changed_fields
        # A contact that a unit sets is none that its owner has confirmed.
        is_reset = fields.contains("phone") | fields.contains("email")
        kept = case((is_reset, None), else_=_PEOPLE.c.contact_confirmed_at)
        db.session.execute(
            update(_PEOPLE)
            .values(unit_id=_ROWS.c.unit_id, contact_confirmed_at=kept, **values)
            .where(_PEOPLE.c.id == _ROWS.c.person_id, is_written)
        )
        changed = select(fields).where(is_written, fields.is_not(None))
        for each in db.session.scalars(changed.distinct()).all():
            self._record(
                AuditTag.ACCOUNTS_PERSON_UPDATE,
                _ROWS.c.person_id,
                _ROWS,
                is_written & (fields == each),
                fields=str(each).split(","),
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
