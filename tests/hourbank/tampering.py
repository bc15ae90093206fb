"""What an administrator of the database can do to ledger and log by plain SQL.

Each tampering is a function that runs statements and says which names must stand in the first
sentence that verification finds. The triggers are out of the way, as they are for a superuser.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import text

from lms.core.db import db
from lms.hourbank.guards import TABLES
from lms.hourbank.log.rows import next_entries

# Runs its statements; the first sentence found must name one of what it returns.
Deed = Callable[[], list[str]]


@dataclass(frozen=True)
class Tampering:
    """A deed with a name to report it by."""

    name: str
    deed: Deed


def disarm() -> None:
    """Take triggers and references away until the end of the transaction."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    db.session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for table in TABLES:
        for verb in ("update", "delete", "replace"):
            db.session.execute(text(f"DROP TRIGGER {table.name}_no_{verb}"))


def run(statement: str, **values: Any) -> None:
    db.session.execute(text(statement), values)


def number_of(entry: int) -> str:
    found = db.session.execute(
        text("SELECT number FROM bank_ledger_entries WHERE id = :id"), {"id": entry}
    )
    return str(found.scalar_one())


# An id that no entry has yet.
BEYOND = 1_000_000

EDITS = {
    "number": "number = '20240101-FORGED0000'",
    "person": "person_id = (SELECT MIN(id) + MAX(id) FROM bank_people) - person_id",
    "year": "year = year - 1",
    "category": "category = CASE category WHEN 'public' THEN 'professional' ELSE 'public' END",
    "hours": "hours = hours + 1",
    "many hours": "hours = hours * 10",
    "kind": "kind = CASE kind WHEN 'credit' THEN 'reversal' ELSE 'credit' END, hours = -hours",
    "source": "source = 'training'",
    "platform": "platform_id = (SELECT id FROM bank_platforms WHERE code = 'other')",
    "reference": "source_reference = 'forged'",
    "certificate": "certificate_number = 'forged'",
    "title": "title = title || ' '",
    "policy": "policy = '370000-1999'",
    "claim kind": "claim_kind = 'forged'",
    "reason": "reason = 'forged'",
    "earned at": "earned_at = '2020-01-01 00:00:00.000000'",
    "entered at": "entered_at = '2020-01-01 00:00:00.000000'",
    "leaf hash": "leaf_hash = 'ff' || substr(leaf_hash, 3)",
}


def _edit(entry: int, change: str) -> list[str]:
    named = number_of(entry)
    run(f"UPDATE bank_ledger_entries SET {change} WHERE id = :id", id=entry)
    return [named]


def _edit_and_hash(entry: int, change: str, also_leaf: bool) -> list[str]:
    """By somebody who has the key as well: the entry agrees with itself, and with its leaf."""
    named = _edit(entry, change)
    (row,) = next_entries(entry - 1, entry, 1)
    leaf = row.right_hash
    run(
        "UPDATE bank_ledger_entries SET leaf_hash = :leaf WHERE id = :id", leaf=leaf.hex(), id=entry
    )
    if also_leaf:
        run(
            "UPDATE bank_log_leaves SET leaf_hash = :leaf WHERE entry_id = :id", leaf=leaf, id=entry
        )
    return named


def _delete(entry: int, tables: tuple[str, ...]) -> list[str]:
    named = number_of(entry)
    for table in tables:
        column = "id" if table == "bank_ledger_entries" else "entry_id"
        run(f"DELETE FROM {table} WHERE {column} = :id", id=entry)
    return [named]


def _delete_last(count: int, last: int) -> list[str]:
    named = number_of(last - count + 1)
    for table, column in (("bank_log_leaves", "entry_id"), ("bank_ledger_entries", "id")):
        run(f"DELETE FROM {table} WHERE {column} > :id", id=last - count)
    run("DELETE FROM bank_tree_heads WHERE size > :size", size=last - count)
    return [named]


def _columns() -> list[str]:
    return [column.name for column in TABLES[0].columns if column.name != "id"]


def _insert(entry_id: int, of: int, is_hashed: bool = False, **changed: str) -> list[str]:
    """A line of one's own, copied from a genuine one with some cells of its own."""
    values = {"number": "'20250601-FORGED0000'", "source_reference": "'forged'", **changed}
    names = ", ".join(_columns())
    cells = ", ".join(values.get(name, name) for name in _columns())
    run(
        f"INSERT INTO bank_ledger_entries (id, {names}) "
        f"SELECT :new, {cells} FROM bank_ledger_entries WHERE id = :of",
        new=entry_id,
        of=of,
    )
    if is_hashed:
        _edit_and_hash(entry_id, "hours = hours", also_leaf=False)
    return ["20250601-FORGED0000"]


def _insert_between(of: int) -> list[str]:
    """Everything behind moves on by a place, to make room in the log as well."""
    named = [number_of(of + 1), *_insert(BEYOND, of, is_hashed=True)]
    run("UPDATE bank_log_leaves SET position = -2 - position WHERE entry_id > :of", of=of)
    run("UPDATE bank_log_leaves SET position = -1 - position WHERE position < 0")
    run(
        "INSERT INTO bank_log_leaves (position, entry_id, leaf_hash) "
        "SELECT (SELECT MAX(position) + 1 FROM bank_log_leaves WHERE entry_id <= :of), :new, "
        "leaf_hash FROM bank_log_leaves WHERE entry_id = :of",
        of=of,
        new=BEYOND,
    )
    (row,) = next_entries(BEYOND - 1, BEYOND, 1)
    leaf = row.right_hash
    run("UPDATE bank_log_leaves SET leaf_hash = :leaf WHERE entry_id = :new", leaf=leaf, new=BEYOND)
    return named


def _swap(one: int, other: int, columns: tuple[str, ...]) -> list[str]:
    """The cells of two entries, exchanged."""
    named = [number_of(one), number_of(other)]
    rows = {}
    for entry in (one, other):
        found = db.session.execute(
            text(f"SELECT {', '.join(columns)} FROM bank_ledger_entries WHERE id = :id"),
            {"id": entry},
        )
        rows[entry] = found.mappings().one()
    free = {"number": "'-' || number", "source_reference": "'-' || source_reference"}
    out_of_the_way = [f"{name} = {free[name]}" for name in columns if name in free]
    if out_of_the_way:
        run(f"UPDATE bank_ledger_entries SET {', '.join(out_of_the_way)} WHERE id = :id", id=one)
    cells = ", ".join(f"{name} = :{name}" for name in columns)
    for entry, taken in ((other, rows[one]), (one, rows[other])):
        run(f"UPDATE bank_ledger_entries SET {cells} WHERE id = :id", id=entry, **taken)
    return named


def _swap_ids(one: int, other: int) -> list[str]:
    named = [number_of(one), number_of(other)]
    for before, after in ((one, -1), (other, one), (-1, other)):
        run("UPDATE bank_ledger_entries SET id = :b WHERE id = :a", a=before, b=after)
    return named


def _swap_places(one: int, other: int, also_leaves: bool) -> list[str]:
    named = [number_of(one), number_of(other)]
    column = "position" if also_leaves else "entry_id"
    first, second = (
        db.session.execute(
            text(f"SELECT {column} FROM bank_log_leaves WHERE entry_id = :id"), {"id": each}
        ).scalar_one()
        for each in (one, other)
    )
    for before, after in ((first, -1), (second, first), (-1, second)):
        run(f"UPDATE bank_log_leaves SET {column} = :b WHERE {column} = :a", a=before, b=after)
    return named


def _elsewhere(statement: str, named: list[str]) -> list[str]:
    run(statement)
    return named


def tamperings(chosen: tuple[int, int, int], last: int) -> Iterator[Tampering]:
    """Every tampering, of the chosen entries where it is of one; `last` is the last entry."""
    for entry in chosen:
        yield from _edits(entry)
        yield from _removals(entry)
        yield from _insertions(entry)
    for one, other in (chosen[:2], chosen[1:]):
        yield from _exchanges(one, other)
    for count in (1, 3):
        yield Tampering(f"the last {count} gone", partial(_delete_last, count, last))
    yield from _around_the_ledger()


def _edits(entry: int) -> Iterator[Tampering]:
    for name, change in EDITS.items():
        yield Tampering(f"{name} of {entry}", partial(_edit, entry, change))
    for name in ("hours", "title", "year", "person", "entered at"):
        for also_leaf in (False, True):
            label = f"{name} of {entry}, hashed anew, leaf too: {also_leaf}"
            yield Tampering(label, partial(_edit_and_hash, entry, EDITS[name], also_leaf))


def _removals(entry: int) -> Iterator[Tampering]:
    for tables in (
        ("bank_ledger_entries",),
        ("bank_log_leaves",),
        ("bank_log_leaves", "bank_ledger_entries"),
        ("bank_answers", "bank_log_leaves", "bank_ledger_entries"),
    ):
        yield Tampering(f"{entry} deleted from {tables}", partial(_delete, entry, tables))


def _insertions(entry: int) -> Iterator[Tampering]:
    old = {"entered_at": "'2025-06-01 00:00:00.000000'"}
    for is_hashed in (False, True):
        deed = partial(_insert, -entry, entry, is_hashed, **old)
        yield Tampering(f"dated back, like {entry}, hashed: {is_hashed}", deed)
    yield Tampering(f"new, like {entry}", partial(_insert, BEYOND + entry, entry))
    yield Tampering(f"between, after {entry}", partial(_insert_between, entry))


def _exchanges(one: int, other: int) -> Iterator[Tampering]:
    for columns in (
        tuple(_columns()),
        ("hours", "leaf_hash"),
        ("person_id",),
        ("title", "earned_at"),
    ):
        yield Tampering(f"{one} and {other}: {columns}", partial(_swap, one, other, columns))
    yield Tampering(f"ids of {one} and {other}", partial(_swap_ids, one, other))
    for also_leaves in (False, True):
        deed = partial(_swap_places, one, other, also_leaves)
        yield Tampering(f"places of {one} and {other}, leaves: {also_leaves}", deed)


def _around_the_ledger() -> Iterator[Tampering]:
    balance = "id = (SELECT MIN(id) FROM bank_balances)"
    person = "id = (SELECT MAX(id) FROM bank_people)"
    for statement, named in (
        (f"UPDATE bank_balances SET hours = hours + 300 WHERE {balance}", "person "),
        (f"DELETE FROM bank_balances WHERE {balance}", "person "),
        (f"UPDATE bank_balances SET year = year - 1 WHERE {balance}", "person "),
        (f"UPDATE bank_people SET identity_hash = 'forged' WHERE {person}", "person "),
        (f"UPDATE bank_people SET record_key = 'forged' WHERE {person}", "entry "),
        ("UPDATE bank_platforms SET code = 'forged' WHERE code = 'local'", "entry "),
        ("UPDATE bank_tree_heads SET root = 'ff' || substr(root, 3)", "head over"),
        ("UPDATE bank_tree_heads SET signature = 'a.b.c'", "head over"),
        ("DELETE FROM bank_tree_heads", "head over"),
        ("UPDATE bank_tree_heads SET size = size + 100", "head over"),
    ):
        yield Tampering(statement, partial(_elsewhere, statement, [named]))
