"""An administrator of the database alters the trail in a hundred ways; each is found and named."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.core.db import db
from tests.auditing.support import disarm, seal_trail, what_is_wrong, write_event

# Five seals of ten events with even ids: seal 1 covers 2 to 20, seal 2 22 to 40, and so on.
COLUMNS = "happened_at, actor_id, organization_id, address, tag, subject, detail"
CHANGES = {
    "another time": "happened_at = '2025-06-02 04:00:01'",
    "another day": "happened_at = '2024-01-01 00:00:00'",
    "another actor": "actor_id = 8",
    "nobody": "actor_id = NULL",
    "another organization": "organization_id = 4",
    "no organization": "organization_id = NULL",
    "another address": "address = '10.0.0.2'",
    "no address": "address = NULL",
    "another deed": "tag = 'accounts:person:create'",
    "another record": "subject = 'person:1'",
    "another detail": """detail = '{"fields": ["phone"]}'""",
    "no detail": "detail = '{}'",
}


def _seal_of(event_id):
    return (event_id + 19) // 20


def _changes():
    for event_id in (2, 12, 38, 42, 100):
        for name, change in CHANGES.items():
            sql = f"UPDATE audit_events SET {change} WHERE id = {event_id}"
            yield f"{name} of {event_id}", [sql], f"seal {_seal_of(event_id)} "


def _removals():
    for event_id in (2, 10, 20, 22, 60, 98, 100):
        sql = f"DELETE FROM audit_events WHERE id = {event_id}"
        yield f"removal of {event_id}", [sql], f"seal {_seal_of(event_id)} "
    for first, last in ((2, 20), (16, 24), (30, 90)):
        sql = f"DELETE FROM audit_events WHERE id BETWEEN {first} AND {last}"
        yield f"removal of {first} to {last}", [sql], f"seal {_seal_of(first)} "
    yield "removal of all", ["DELETE FROM audit_events"], "seal 1 "


def _copy(new_id, of=50, when="happened_at"):
    source = COLUMNS.replace("happened_at", when, 1)
    columns = f"INSERT INTO audit_events (id, {COLUMNS}) SELECT {new_id}, {source}"
    return f"{columns} FROM audit_events WHERE id = {of}"


def _insertions():
    for event_id in (-5, 1, 11, 21, 39, 41, 77, 99):
        yield f"insertion of {event_id}", [_copy(event_id)], f"seal {max(1, _seal_of(event_id))} "
    yield "back-dated at the end", [_copy(101, when="'2025-06-02 04:05:00'")], "event 101 is dated"
    yield "back-dated by years", [_copy(150, when="'2020-01-01 00:00:00'")], "event 150 is dated"


def _mixtures():
    for event_id in (4, 24, 44, 64, 84):
        moved = f"UPDATE audit_events SET id = {event_id + 1} WHERE id = {event_id}"
        yield f"{event_id} moved aside", [moved], f"seal {_seal_of(event_id)} "
        away = f"UPDATE audit_events SET id = 900 WHERE id = {event_id}"
        yield f"{event_id} moved to the end", [away], f"seal {_seal_of(event_id)} "
        other = [_copy(event_id + 1, of=50), f"DELETE FROM audit_events WHERE id = {event_id}"]
        yield f"{event_id} replaced", other, f"seal {_seal_of(event_id)} "
    swap = [f"UPDATE audit_events SET id = {new} WHERE id = {old}" for old, new in _SWAP]
    yield "two swapped", swap, "seal 1 "


_SWAP = ((4, 1000), (6, 4), (1000, 6))


def _seals():
    for number in (1, 3, 5):
        where = f"WHERE id = {number}"
        for column, value in (
            ("first_event_id", "first_event_id + 1"),
            ("count", "count - 1"),
            ("digest", f"'{'0' * 64}'"),
            ("signature", f"'{'0' * 128}'"),
            ("key_id", "'0123456789abcdef'"),
            ("sealed_at", "'2025-06-02 04:00:00'"),
        ):
            sql = f"UPDATE audit_seals SET {column} = {value} {where}"
            yield f"{column} of seal {number}", [sql], f"seal {number} "
        yield f"removal of seal {number}", [f"DELETE FROM audit_seals {where}"], str(number)
    cut = "UPDATE audit_seals SET last_event_id = 97 WHERE id = 5"
    yield "shorter seal", [cut], "seal 5 "
    yield (
        "the end cut off",
        ["DELETE FROM audit_events WHERE id > 80", "DELETE FROM audit_seals WHERE id > 4"],
        "does not: 5",
    )
    forged = (
        "INSERT INTO audit_seals SELECT 6, 101, 120, 1, digest, key_id, signature, sealed_at "
        "FROM audit_seals WHERE id = 5"
    )
    yield "a forged seal", [forged], "seal 6 "
    yield "no seals", ["DELETE FROM audit_seals"], "does not: 1, 2, 3, 4, 5"


WAYS = [*_changes(), *_removals(), *_insertions(), *_mixtures(), *_seals()]


def test_there_are_a_hundred_ways():
    assert len(WAYS) >= 100
    assert len({tuple(statements) for _name, statements, _named in WAYS}) == len(WAYS)


def test_what_nobody_altered_leaves_no_doubt(app, clock, settings):
    seal_trail(clock)
    assert what_is_wrong(settings) == []


def test_each_of_a_hundred_alterations_is_found_and_named(app, clock, settings):
    seal_trail(clock)
    missed = []
    for name, statements, named in WAYS:
        disarm()
        for statement in statements:
            db.session.execute(text(statement))
        db.session.expire_all()
        wrong = what_is_wrong(settings)
        db.session.rollback()
        if not any(named in line for line in wrong):
            missed.append((name, named, wrong))
    assert missed == []
    assert what_is_wrong(settings) == []


def test_first_doubt_names_the_seal_and_its_events(app, clock, settings):
    seal_trail(clock)
    disarm()
    db.session.execute(text("DELETE FROM audit_events WHERE id IN (24, 26)"))
    assert what_is_wrong(settings) == ["seal 2 (events 22 to 40): 2 of 10 events were removed"]
    db.session.rollback()


def test_seals_after_a_lost_one_are_verified_with_what_the_log_knows(app, clock, settings):
    seal_trail(clock)
    disarm()
    db.session.execute(text("DELETE FROM audit_seals WHERE id = 2"))
    assert what_is_wrong(settings) == ["seal 2 is missing from the database"]
    db.session.rollback()


@pytest.mark.parametrize("value", ["'yesterday'", "''"])
def test_a_time_that_is_none_is_a_doubt_and_no_crash(app, clock, settings, value):
    if db.engine.dialect.name == "postgresql":
        pytest.skip("this engine refuses it")
    seal_trail(clock, seals=2)
    disarm()
    db.session.execute(text(f"UPDATE audit_events SET happened_at = {value} WHERE id = 30"))
    db.session.commit()
    assert any(re.search("seal 2 .*cannot be read", line) for line in what_is_wrong(settings))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET actor_id = 8",
        "DELETE FROM audit_events",
        "UPDATE audit_seals SET count = 1",
        "DELETE FROM audit_seals",
    ],
)
def test_database_refuses_change_and_deletion_by_plain_sql(app, clock, statement):
    seal_trail(clock, seals=1)
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()


def test_database_refuses_replacement(app, clock):
    """SQLite's INSERT OR REPLACE and PostgreSQL's ON CONFLICT change rows without an UPDATE."""
    write_event(1, clock())
    values = "VALUES (1, '2025-06-02 04:00:00', 't', 's', '{}')"
    columns = "(id, happened_at, tag, subject, detail)"
    replace = f"INSERT OR REPLACE INTO audit_events {columns} {values}"
    if db.engine.dialect.name == "postgresql":
        update = "ON CONFLICT (id) DO UPDATE SET tag = 't'"
        replace = f"INSERT INTO audit_events {columns} {values} {update}"
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(replace))
    db.session.rollback()


def test_postgresql_refuses_to_truncate(app):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("this engine has no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text("TRUNCATE audit_events"))
    db.session.rollback()
