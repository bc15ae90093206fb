"""What becomes of each candidate: compared with who is registered already, and sealed."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from lms.accounts.employments import last_units
from lms.accounts.enums import PersonState
from lms.accounts.identity import identity_hash, phone_hash, seal_identity_number, seal_phone
from lms.accounts.models import Person
from lms.accounts.posts import staff_among
from lms.core.db import db
from lms.roster.abandoned import abandoned_among
from lms.roster.asking import open_requests
from lms.roster.cells import Candidate
from lms.roster.enums import Problem, Verdict
from lms.roster.rules import Column, shown
from lms.roster.scope import Scope

_STATES = {
    PersonState.PENDING: Problem.PENDING,
    PersonState.REFUSED: Problem.REGISTRATION_REFUSED,
    PersonState.SUSPENDED: Problem.SUSPENDED,
    PersonState.RETIRED: Problem.RETIRED,
    PersonState.DECEASED: Problem.DECEASED,
    PersonState.MERGED: Problem.MERGED,
}
_NO_SEAL = dict.fromkeys(("identity_cipher", "identity_head", "identity_tail"))
_NO_PHONE = dict.fromkeys(("phone_cipher", "phone_hash", "phone_tail"))
_NOT_SEEN = dict.fromkeys(
    (
        "person_id",
        "seen_unit_id",
        "seen_phone_hash",
        "seen_email",
        "seen_profession",
        "seen_title_level",
    )
)


class Judge:
    """Judges batches of candidates of one import."""

    def __init__(self, import_id: int, key: str, scope: Scope) -> None:
        self._import_id = import_id
        self._key = key
        self._scope = scope
        self._stays: dict[int, int | None] = {}
        self._requests: dict[int, int] = {}
        self._abandoned: set[int] = set()

    def judge(self, candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
        """The staging rows of those that are sound; the others get findings.

        Reads the database ten times at most, however many they are.
        """
        hashes = {
            id(each): identity_hash(each.number, each.kind) for each in candidates if each.number
        }
        people = _people_with(list(hashes.values()))
        self._scope.look_up(each.unit for each in candidates)
        self._learn_stays(people.values())
        self._abandoned = abandoned_among(people.values())
        self._scope.learn([self._scope.own_unit_id, *self._targets(candidates)])
        rows = []
        for candidate in candidates:
            digest = hashes.get(id(candidate), "")
            row = self._row(candidate, digest, people.get(digest))
            if row is not None and not candidate.findings:
                rows.append((candidate, row))
        return _without_staff_contacts(rows)

    def _learn_stays(self, people: Iterable[Any]) -> None:
        """Where people were last who belong to no unit, and who is asked for already."""
        self._stays = {person.id: person.unit_id for person in people}
        loose = [person_id for person_id, unit_id in self._stays.items() if unit_id is None]
        if loose:
            self._stays.update(last_units(loose))
        self._requests = open_requests(list(self._stays)) if self._stays else {}
        self._scope.learn(list(self._stays.values()))

    def _targets(self, candidates: Sequence[Candidate]) -> list[int | None]:
        return [self._scope.unit(each.unit)[0] for each in candidates if each.unit]

    def _row(self, candidate: Candidate, digest: str, person: Any) -> dict[str, Any] | None:
        """The staging row, or None: something is wrong, and was noted."""
        is_abandoned = person is not None and person.id in self._abandoned
        if person is not None and not is_abandoned:
            _check_person(candidate, person)
        unit_id = self._unit(candidate, person)
        if candidate.findings or unit_id is None:
            return None
        row = {
            "import_id": self._import_id,
            "row_number": candidate.row,
            "name": candidate.name,
            "unit_id": unit_id,
            "identity_kind": candidate.kind.value,
            "identity_hash": digest,
            "email": candidate.email,
            "profession": candidate.profession.value if candidate.profession else None,
            "title_level": candidate.title_level.value if candidate.title_level else None,
        }
        if person is None:
            return row | self._new(candidate)
        if is_abandoned:
            return row | _taken_over(candidate, person)
        return row | self._known(candidate, person, unit_id)

    def _unit(self, candidate: Candidate, person: Any) -> int | None:
        """Where the row puts the person. An empty cell is one's own unit, or changes nothing."""
        if candidate.unit:
            unit_id, problem = self._scope.unit(candidate.unit)
            if problem is not None:
                candidate.refuse(Column.UNIT, problem, value=shown(candidate.unit))
            return unit_id
        unit_id = self._scope.own_unit_id
        if unit_id is None and person is not None and person.unit_id is not None:
            unit_id = person.unit_id if self._scope.may_import(person.unit_id) else None
        if unit_id is None:
            candidate.refuse(Column.UNIT, Problem.UNIT_EMPTY)
        return unit_id

    def _new(self, candidate: Candidate) -> dict[str, Any]:
        # Rising keys make neighbours in their index; the first half is this import's own.
        key = f"{self._key[:20]}{candidate.row:012x}"
        return {
            **_NOT_SEEN,
            "verdict": Verdict.NEW,
            "is_asked": False,
            "changed_fields": None,
            "record_key": key,
            **seal_identity_number(candidate.kind, candidate.number, key),
            "identity_kind": candidate.kind.value,
            **seal_phone(candidate.phone, key),
        }

    def _known(self, candidate: Candidate, person: Any, unit_id: int) -> dict[str, Any]:
        changes = _changes(candidate, person)
        is_moved = person.unit_id != unit_id
        is_asked = is_moved and not self._scope.may_move(self._stays[person.id], unit_id)
        verdict = Verdict.CHANGED if changes else Verdict.UNCHANGED
        if is_moved:
            verdict = Verdict.MOVED
        if is_asked:
            # Until the move is agreed to, nothing of a person of another unit is changed.
            changes = []
            open_to = self._requests.get(person.id)
            if open_to is not None:
                verdict, is_asked = Verdict.UNCHANGED, False
            if open_to not in (None, unit_id):
                candidate.refuse(Column.NUMBER, Problem.REQUESTED)
        phone = candidate.phone if "phone" in changes else None
        return {
            **_NO_SEAL,
            **(seal_phone(phone, person.record_key) if phone else _NO_PHONE),
            "verdict": verdict,
            "is_asked": is_asked,
            "changed_fields": ",".join(changes) or None,
            "record_key": person.record_key,
            **_seen(person),
        }


def _taken_over(candidate: Candidate, person: Any) -> dict[str, Any]:
    """The row of somebody whose number is on a record that nobody uses."""
    return {
        **_NO_SEAL,
        **seal_phone(candidate.phone, person.record_key),
        "verdict": Verdict.NEW,
        "is_asked": False,
        "changed_fields": None,
        "record_key": person.record_key,
        **_seen(person),
    }


def _seen(person: Any) -> dict[str, Any]:
    return {
        "person_id": person.id,
        "seen_unit_id": person.unit_id,
        "seen_phone_hash": person.phone_hash,
        "seen_email": person.email,
        "seen_profession": person.profession.value if person.profession else None,
        "seen_title_level": person.title_level.value if person.title_level else None,
    }


def _people_with(hashes: list[str]) -> dict[str, Any]:
    query = select(
        Person.id,
        Person.record_key,
        Person.name,
        Person.state,
        Person.unit_id,
        Person.phone_hash,
        Person.email,
        Person.profession,
        Person.title_level,
        Person.identity_hash,
    ).where(Person.identity_hash.in_(hashes))
    return {person.identity_hash: person for person in db.session.execute(query)}


def _check_person(candidate: Candidate, person: Any) -> None:
    if person.state in _STATES:
        candidate.refuse(Column.NUMBER, _STATES[person.state])
    elif candidate.name != person.name:
        candidate.refuse(Column.NAME, Problem.NAME_DIFFERS)


def _changes(candidate: Candidate, person: Any) -> list[str]:
    """The fields that the row fills in differently; empty cells change nothing."""
    changes = []
    if candidate.phone and phone_hash(candidate.phone) != person.phone_hash:
        changes.append("phone")
    for name in ("email", "profession", "title_level"):
        given = getattr(candidate, name)
        if given is not None and given != getattr(person, name):
            changes.append(name)
    return changes


def _without_staff_contacts(
    rows: list[tuple[Candidate, dict[str, Any]]],
) -> list[dict[str, Any]]:
    """Refuse to change where messages to staff go: who did could reset an officer's password."""
    suspects = [row["person_id"] for _candidate, row in rows if _touches_contact(row)]
    staff = staff_among(suspects) if suspects else set()
    sound = []
    for candidate, row in rows:
        if row["person_id"] in staff and _touches_contact(row):
            is_phone = "phone" in row["changed_fields"].split(",")
            candidate.refuse(Column.PHONE if is_phone else Column.EMAIL, Problem.STAFF_CONTACT)
        else:
            sound.append(row)
    return sound


def _touches_contact(row: dict[str, Any]) -> bool:
    """Whether the row changes a phone or an address of mail of somebody registered."""
    changes = (row["changed_fields"] or "").split(",")
    return "phone" in changes or "email" in changes
