"""Places, heads and files of the log, and what verifying it finds when all is well."""

import json

import pytest
from sqlalchemy import select, text

from lms.core.db import db, transaction
from lms.hourbank.log import outside, sequencing, tasks
from lms.hourbank.log.heads import is_signed, sign_head
from lms.hourbank.log.merkle import is_consistent, is_included
from lms.hourbank.log.models import LogLeaf, TreeHead
from lms.hourbank.log.reading import newest_head, place_of, tree
from lms.hourbank.log.verification import Found, doubts
from lms.hourbank.models import LedgerEntry
from tests.hourbank.support import credit_body, log_doubts
from tests.hourbank.tampering import disarm


def enter(platform, *numbers: int) -> None:
    for number in numbers:
        platform.post("/credits", credit_body(reference=f"credit-{number}"))


def entries() -> list[LedgerEntry]:
    return list(db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))


def test_entries_get_their_places_in_order_and_once(platform, settings):
    enter(platform, 1, 2)
    assert tasks.give_places.run()
    enter(platform, 3)
    assert tasks.give_places.run()
    assert tasks.give_places.run()
    leaves = db.session.scalars(select(LogLeaf).order_by(LogLeaf.position)).all()
    assert [leaf.position for leaf in leaves] == [0, 1, 2]
    assert [leaf.entry_id for leaf in leaves] == [entry.id for entry in entries()]
    assert [leaf.leaf_hash.hex() for leaf in leaves] == [e.leaf_hash for e in entries()]
    assert log_doubts(settings) == []


def test_sums_over_whole_runs_are_kept_and_proofs_are_right(platform, settings, monkeypatch):
    """With runs of four leaves instead of 256, so that sums over sums are made as well."""
    for module in ("merkle", "sequencing"):
        monkeypatch.setattr(f"lms.hourbank.log.{module}.RUN", 4)
        monkeypatch.setattr(f"lms.hourbank.log.{module}.RUN_LEVELS", 2)
    enter(platform, *range(18))
    monkeypatch.setattr(sequencing, "AT_ONCE", 7)
    assert tasks.give_places.run()
    nodes = db.session.execute(text("SELECT level, place FROM bank_log_nodes ORDER BY 1, 2")).all()
    assert [tuple(node) for node in nodes] == [(2, 0), (2, 1), (2, 2), (2, 3), (4, 0)]
    whole = tree()
    for position, entry in enumerate(entries()):
        leaf = bytes.fromhex(entry.leaf_hash)
        assert is_included(leaf, position, 18, whole.inclusion(position, 18), whole.root())
    for size in range(1, 19):
        path = whole.consistency(size, 18)
        assert is_consistent(size, 18, whole.root(size), whole.root(), path)
    assert log_doubts(settings) == []


def test_file_of_leaves_follows_and_what_was_left_out_is_added(platform, settings, monkeypatch):
    enter(platform, 1)
    with monkeypatch.context() as dying:
        dying.setattr(tasks, "_catch_up", lambda file: None)
        tasks.give_places.run()
    assert outside.leaves_in(outside.leaves_path(settings)) == 0
    enter(platform, 2)
    tasks.give_places.run()
    path = outside.leaves_path(settings)
    kept = list(outside.read_leaves(path, outside.leaves_in(path)))
    assert kept == [(entry.number, bytes.fromhex(entry.leaf_hash)) for entry in entries()]


def test_half_a_record_is_written_again(platform, settings):
    enter(platform, 1)
    tasks.give_places.run()
    with outside.leaves_path(settings).open("ab") as file:
        file.write(b"20250602-HALF")
    enter(platform, 2)
    tasks.give_places.run()
    assert log_doubts(settings) == []
    assert outside.leaves_in(outside.leaves_path(settings)) == 2


@pytest.mark.parametrize("record", [b"x" * outside.RECORD_BYTES, b""])
def test_no_place_is_given_while_the_file_knows_more_or_other_than_the_database(
    platform, settings, record, caplog
):
    enter(platform, 1)
    tasks.give_places.run()
    path = outside.leaves_path(settings)
    content = path.read_bytes() + record
    path.write_bytes(content if record else content[:-1] + b"?")
    enter(platform, 2)
    assert not tasks.give_places.run()
    assert place_of(entries()[1].number) is None
    assert "get no place" in caplog.text


def test_entry_that_the_bank_did_not_write_gets_no_place(platform, settings, caplog):
    enter(platform, 1)
    columns = [c.name for c in LedgerEntry.__table__.columns if c.name != "id"]
    changed = {"number": "'20250602-FORGED'", "source_reference": "'forged'", "hours": "900"}
    values = ", ".join(changed.get(name, name) for name in columns)
    names = ", ".join(columns)
    db.session.execute(
        text(f"INSERT INTO bank_ledger_entries ({names}) SELECT {values} FROM bank_ledger_entries")
    )
    db.session.commit()
    enter(platform, 2)
    doubts = log_doubts(settings)
    assert doubts[0] == "entry 20250602-FORGED: the bank did not write it so"
    assert db.session.scalars(select(LogLeaf.position)).all() == [0, 1]
    assert "20250602-FORGED" in caplog.text


def test_head_is_signed_once_for_each_size_and_kept_outside(platform, settings):
    assert tasks.sign_new_head.run() is None
    enter(platform, 1, 2, 3)
    tasks.give_places.run()
    first = tasks.sign_new_head.run()
    assert first["size"] == 3
    assert first["root"] == tree().root().hex()
    assert is_signed(settings, first)
    assert not is_signed(settings, {**first, "size": 2})
    assert not is_signed(settings, {**first, "signature": first["signature"][:-4] + "AAAA"})
    assert tasks.sign_new_head.run() is None
    enter(platform, 4)
    tasks.give_places.run()
    second = tasks.sign_new_head.run()
    assert outside.read_heads(outside.heads_path(settings)) == [first, second]
    assert log_doubts(settings) == []


def test_head_that_was_committed_but_not_written_is_written_with_the_next(platform, settings):
    enter(platform, 1)
    tasks.give_places.run()
    with transaction():
        sign_head()
    assert outside.read_heads(outside.heads_path(settings)) == []
    assert log_doubts(settings) == []
    tasks.sign_new_head.run()
    assert [words["size"] for words in outside.read_heads(outside.heads_path(settings))] == [1]


def test_rewritten_history_is_not_signed(platform, settings, caplog):
    enter(platform, 1, 2)
    tasks.give_places.run()
    tasks.sign_new_head.run()
    with transaction():
        disarm()
        forged = {"leaf": b"x" * 32}
        db.session.execute(
            text("UPDATE bank_log_leaves SET leaf_hash = :leaf WHERE position = 0"), forged
        )
    enter(platform, 3)
    tasks.give_places.run()
    assert tasks.sign_new_head.run() is None
    assert newest_head().size == 2
    assert "no head is signed" in caplog.text


def test_entry_that_waits_for_its_place_is_no_doubt_until_it_waits_long(platform, settings, clock):
    enter(platform, 1)
    found = Found()
    assert list(doubts(settings, found)) == []
    assert found.waiting == 1
    clock.advance(minutes=6)
    (doubt,) = doubts(settings, Found())
    assert doubt.startswith(f"entry {entries()[0].number}: without a place since")


def test_command_signs_and_verifies_and_says_what_is_wrong(app, platform):
    enter(platform, 1)
    runner = app.test_cli_runner()
    assert json.loads(runner.invoke(args=["bank", "sign-head"]).output)["size"] == 1
    result = runner.invoke(args=["bank", "verify-log"])
    assert result.output == "1 entries in the log, 0 waiting for a place, 1 heads; no doubts.\n"
    assert result.exit_code == 0
    db.session.execute(text("UPDATE bank_balances SET hours = 900"))
    db.session.commit()
    result = runner.invoke(args=["bank", "verify-log"])
    assert result.exit_code == 1
    assert "the balance is not the sum" in result.output
    assert db.session.scalar(select(TreeHead.size)) == 1
