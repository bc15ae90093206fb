"""Entries as the log reads them: the very values that were hashed, whatever stands there now.

Read past the models, for speed, and because a cell that was tampered with may hold what no model
can read.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import text

from lms.core.crypto import Vault
from lms.core.db import db
from lms.hourbank.leaves import LeafFields, leaf_hash, person_key

_INSTANTS = {
    "sqlite": "replace({0}, ' ', 'T') || '+00:00'",
    "postgresql": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')",
}
_FIELDS = """
SELECT {place}, e.id, e.leaf_hash, p.record_key, e.number, f.code, e.source,
  e.kind, e.year, e.category, e.hours, e.source_reference, e.certificate_number, e.title, e.policy,
  e.claim_kind, e.reason, {earned}, {entered}
"""
_NAMED = """
LEFT JOIN bank_people p ON p.id = e.person_id
LEFT JOIN bank_platforms f ON f.id = e.platform_id
"""
# Without the leaves, whom the planner would read from end to end for each few entries.
_NEXT = (
    "FROM bank_ledger_entries e"
    + _NAMED
    + "WHERE e.id > :after AND e.id <= :last ORDER BY e.id LIMIT :limit"
)
_WITHOUT_PLACE = (
    "FROM bank_ledger_entries e LEFT JOIN bank_log_leaves l ON l.entry_id = e.id"
    + _NAMED
    + "WHERE l.entry_id IS NULL ORDER BY e.id"
)
_BY_PLACE = (
    "FROM bank_log_leaves l LEFT JOIN bank_ledger_entries e ON e.id = l.entry_id"
    + _NAMED
    + "ORDER BY l.position"
)
_AT_ONCE = 5000


class EntryRow(NamedTuple):
    """An entry: the leaf hash it bears, and the one that its fields have."""

    id: int
    number: str
    leaf_hash: str
    right_hash: bytes
    entered_at: str

    @property
    def is_as_written(self) -> bool:
        """Whether its fields are those that its leaf hash was taken of."""
        return self.right_hash.hex() == self.leaf_hash


class Place(NamedTuple):
    """A place in the log, the leaf it holds, and its entry, None if that is not there."""

    position: int
    leaf_hash: bytes
    entry: EntryRow | None


def next_entries(after_id: int, last_id: int, limit: int) -> Iterator[EntryRow]:
    """The entries with ids above one id up to another, in the order of ids."""
    values = {"after": after_id, "last": last_id, "limit": limit}
    found = _rows(_NEXT, values, place="NULL, NULL")
    return (entry for _at, _leaf, entry in found if entry is not None)


def entries_without_place() -> Iterator[EntryRow]:
    """The entries that have no place, in the order of ids."""
    return (entry for _at, _leaf, entry in _rows(_WITHOUT_PLACE, {}) if entry is not None)


def places() -> Iterator[Place]:
    """The whole log in the order of positions, as it is needed."""
    return _rows(_BY_PLACE, {})


def _rows(
    source: str, values: dict[str, int], place: str = "l.position, l.leaf_hash"
) -> Iterator[Place]:
    instants = _INSTANTS[db.engine.dialect.name]
    fields = _FIELDS.format(
        place=place, earned=instants.format("e.earned_at"), entered=instants.format("e.entered_at")
    )
    vault: Vault = current_app.extensions["vault"]
    # Colons of the format are no parameters.
    query = text((fields + source).replace(":MI:SS", r"\:MI\:SS").replace("+00:00", r"+00\:00"))
    found = db.session.execute(query, values, execution_options={"yield_per": _AT_ONCE})
    for position, leaf, *entry in found:
        yield Place(position, leaf, _entry(vault, entry))


def _entry(vault: Vault, row: list[Any]) -> EntryRow | None:
    entry_id, kept, record_key, number, *fields = row
    if entry_id is None:
        return None
    content = LeafFields(number, person_key(vault, record_key, number), *fields)
    return EntryRow(entry_id, number, kept, leaf_hash(content), content.entered_at)
