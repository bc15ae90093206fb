import datetime as dt
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, text

from lms.auditing import keys, seal_log, sealing, tasks
from lms.auditing.models import AuditSeal
from lms.core import settling
from lms.core.audit import AuditEvent, AuditTag, record
from lms.core.db import db, transaction
from lms.core.keys import public_pem
from tests.auditing.support import TAG, disarm, seal_trail, what_is_wrong, write_event


def _note(subject="person:1"):
    with transaction():
        record(AuditTag.ACCOUNTS_PERSON_UPDATE, None, subject)


def _seals():
    db.session.rollback()
    return list(db.session.scalars(select(AuditSeal).order_by(AuditSeal.id)))


def _covered():
    return sum(seal.count for seal in _seals())


@pytest.fixture
def only_postgresql(app):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("writers queue on this engine: ids appear in order")
    db.session.execute(text("ALTER SEQUENCE audit_events_id_seq RESTART"))
    db.session.commit()


@pytest.fixture
def late(only_postgresql, clock):
    """A transaction that has written an event, id 1, and is not committed yet."""
    with db.engine.connect() as connection:
        connection.execute(insert(AuditEvent), [_event(clock())])
        yield connection


def test_nothing_is_sealed_without_events(app, clock, settings):
    assert tasks.seal_audit.run() == 0
    assert what_is_wrong(settings) == []


def test_sealing_twice_makes_no_second_seal(app, clock):
    _note()
    assert tasks.seal_audit.run() == 1
    assert tasks.seal_audit.run() == 0


def test_many_events_get_seals_of_limited_size(app, clock, settings, monkeypatch):
    monkeypatch.setattr(sealing, "SEAL_SIZE", 4)
    for _event in range(10):
        _note()
    assert tasks.seal_audit.run() == 3
    assert [seal.count for seal in _seals()] == [4, 4, 2]
    assert what_is_wrong(settings) == []


def test_long_history_sealed_at_once_is_not_called_dated_back(app, clock, settings, monkeypatch):
    monkeypatch.setattr(sealing, "SEAL_SIZE", 4)
    for _event in range(10):
        _note()
        clock.advance(hours=5)
    assert tasks.seal_audit.run() == 3
    assert what_is_wrong(settings) == []


def test_event_of_an_open_transaction_is_neither_lost_nor_overtaken(late, settings, monkeypatch):
    """A smaller id that is committed late is not sealed over, and is sealed with the rest."""
    waiting = settling.settled_id
    monkeypatch.setattr(tasks, "settled_id", lambda model: waiting(model, patience_seconds=0.3))
    _note("person:2")
    assert db.session.scalar(select(AuditEvent.id)) == 2
    assert tasks.seal_audit.run() is None
    assert _seals() == []
    late.commit()
    assert tasks.seal_audit.run() == 1
    seal = _seals()[0]
    assert (seal.first_event_id, seal.last_event_id, seal.count) == (1, 2, 2)
    assert what_is_wrong(settings) == []


def test_sealing_waits_a_little_for_an_open_transaction(late):
    _note("person:2")
    timer = threading.Timer(0.4, late.commit)
    timer.start()
    assert tasks.seal_audit.run() == 1
    timer.join()
    assert _covered() == 2


def test_transactions_that_began_later_hold_nobody_up(only_postgresql, clock):
    """Only who had an id already is waited for, so that a busy system is sealed all the same."""
    _note()
    settled = settling.settled_id(AuditEvent, patience_seconds=0)
    with db.engine.connect() as later:
        later.execute(insert(AuditEvent), [_event(clock())])
        assert settled == 1
        with transaction():
            assert sealing.seal_next(settled).last_event_id == 1
        later.commit()
    assert tasks.seal_audit.run() == 1


def test_rolled_back_events_leave_gaps_that_stay_closed(late, clock, settings):
    late.rollback()
    _note()
    assert tasks.seal_audit.run() == 1
    write_event(1, clock())
    assert what_is_wrong(settings) == [
        "seal 1 (events 2 to 2): 1 events were inserted beside the 1 sealed"
    ]


def test_parallel_writers_and_sealers_lose_nothing(app, clock, settings):
    def write():
        with app.app_context():
            for _event in range(20):
                _note()
            db.session.remove()

    def seal():
        with app.app_context():
            for _round in range(8):
                tasks.seal_audit.run()
            db.session.remove()

    threads = [threading.Thread(target=work) for work in (write, write, seal, seal, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tasks.seal_audit.run()
    assert _covered() == 60
    assert what_is_wrong(settings) == []


def test_late_event_of_a_short_transaction_is_not_called_dated_back(app, clock, settings):
    seal_trail(clock, seals=1)
    write_event(30, clock() - dt.timedelta(minutes=10))
    tasks.seal_audit.run()
    assert what_is_wrong(settings) == []


def test_events_that_nobody_seals_are_a_doubt_after_an_hour(app, clock, settings):
    _note()
    clock.advance(minutes=59)
    assert what_is_wrong(settings) == []
    clock.advance(minutes=2)
    assert "is beat running?" in what_is_wrong(settings)[0]


def test_log_tells_every_seal_also_one_that_a_dying_process_left_out(app, clock, settings):
    seal_trail(clock, seals=2)
    path = seal_log.log_path(settings)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]) + lines[-1][:50])
    assert what_is_wrong(settings) == [
        "seal 2 (events 22 to 40): not in the log of seals",
        "line 3 of the log holds no seal",
    ]
    tasks.seal_audit.run()
    assert path.read_text() == "".join(lines)
    assert what_is_wrong(settings) == []


def test_lost_log_is_begun_anew_and_the_loss_shows(app, clock, settings):
    seal_trail(clock, seals=2)
    seal_log.log_path(settings).unlink()
    assert what_is_wrong(settings) == ["there is no log of seals to compare with"]
    _note()
    tasks.seal_audit.run()
    wrong = what_is_wrong(settings)
    assert "seal 1 (events 2 to 20): not in the log of seals" in wrong
    assert any("begun anew after seal 2" in line for line in wrong)
    assert not any(line.startswith("seal 3") for line in wrong)


def test_altered_trail_that_was_sealed_again_disagrees_with_the_log(app, clock, settings):
    """Taking the last seal away and letting beat seal altered events shows in the log."""
    seal_trail(clock, seals=2)
    disarm()
    db.session.execute(text("DELETE FROM audit_seals WHERE id = 2"))
    db.session.execute(text("UPDATE audit_events SET actor_id = 8 WHERE id = 30"))
    db.session.commit()
    tasks.seal_audit.run()
    assert what_is_wrong(settings) == [
        "seal 2 (events 22 to 40): the log of seals says something else"
    ]


def test_seal_of_another_key_is_not_believed(app, clock, settings):
    seal_trail(clock, seals=1)
    path = settings.var_path / "keys" / "audit-ed25519.pem"
    kept = path.read_bytes()
    path.unlink()
    wrong = what_is_wrong(settings)
    path.write_bytes(kept)
    assert "signed with a key that is not known here" in wrong[0]


def test_command_seals_and_verifies(app, clock, settings):
    runner = app.test_cli_runner()
    _note()
    assert "1 new seals" in runner.invoke(args=["seal-audit"]).output
    result = runner.invoke(args=["verify-audit"])
    assert result.exit_code == 0, result.output
    assert "1 events in 1 seals, 0 not sealed yet; no doubts." in result.output


def test_command_tells_what_was_altered_and_ends_with_1(app, clock, settings):
    seal_trail(clock, seals=2)
    disarm()
    db.session.execute(text("UPDATE audit_events SET subject = 'person:1' WHERE id = 30"))
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["verify-audit"])
    assert result.exit_code == 1
    assert "seal 2 (events 22 to 40): events were changed or replaced" in result.output


def test_copy_kept_elsewhere_may_lag_but_not_contradict(app, clock, settings, tmp_path):
    seal_trail(clock, seals=1)
    copy = tmp_path / "copy.log"
    copy.write_bytes(seal_log.log_path(settings).read_bytes())
    _note()
    tasks.seal_audit.run()
    runner = app.test_cli_runner()
    assert runner.invoke(args=["verify-audit", "--log", str(copy)]).exit_code == 0
    copy.write_text(copy.read_text().replace('"count":10', '"count":9'))
    result = runner.invoke(args=["verify-audit", "--log", str(copy)])
    assert result.exit_code == 1
    assert "the log of seals says something else" in result.output


def test_seals_of_an_earlier_key_are_believed_with_its_public_part(app, clock, settings, tmp_path):
    seal_trail(clock, seals=1)
    pem = tmp_path / "earlier.pem"
    runner = app.test_cli_runner()
    pem.write_text(runner.invoke(args=["audit-key"]).output)
    private = settings.var_path / "keys" / "audit-ed25519.pem"
    private.unlink()
    assert runner.invoke(args=["verify-audit"]).exit_code == 1
    assert runner.invoke(args=["verify-audit", "--key", str(pem)]).exit_code == 0


def test_key_id_names_the_public_key():
    one, other = (Ed25519PrivateKey.generate().public_key() for _key in range(2))
    assert keys.key_id(one) == keys.key_id(one) != keys.key_id(other)
    assert "PUBLIC KEY" in public_pem(one)


def _event(now):
    return {"happened_at": now, "tag": TAG, "subject": "person:1", "detail": {}}
