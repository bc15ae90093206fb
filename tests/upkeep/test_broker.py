"""What the embedded broker has delivered goes; what waits, or is given back, stays."""

import contextlib
import sqlite3

import pytest
from kombu import Connection

from lms.core.tasks import celery_app
from lms.upkeep.broker import forget_delivered
from lms.upkeep.tasks import forget_delivered_messages


@pytest.fixture
def file(tmp_path):
    return tmp_path / "broker.sqlite3"


@pytest.fixture
def broker(file):
    with Connection(f"sqla+sqlite:///{file}") as connection:
        yield connection


@pytest.fixture
def queue(broker):
    with contextlib.closing(broker.SimpleQueue("celery")) as opened:
        yield opened


def stored(file) -> int:
    with contextlib.closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT count(*) FROM kombu_message").fetchone()[0]


def test_delivered_messages_are_deleted_and_waiting_ones_still_arrive(broker, queue, file):
    for number in range(3):
        queue.put(number)
    for number in range(2):
        message = queue.get(timeout=5)
        assert message.payload == number
        message.ack()
    assert stored(file) == 3
    assert forget_delivered(broker) == 2
    assert stored(file) == 1
    assert queue.get(timeout=5).payload == 2


def test_message_in_work_can_be_given_back(broker, queue, file):
    queue.put("work")
    message = queue.get(timeout=5)
    assert forget_delivered(broker) == 1
    message.requeue()
    assert stored(file) == 1
    assert queue.get(timeout=5).payload == "work"


def test_other_brokers_are_left_alone():
    with Connection("memory://") as connection:
        assert forget_delivered(connection) == 0


def test_sweep_runs_by_beat_on_the_configured_broker(app, file, monkeypatch):
    entries = celery_app.conf.beat_schedule
    assert forget_delivered_messages.name in {entry["task"] for entry in entries.values()}
    url = f"sqla+sqlite:///{file}"
    monkeypatch.setattr(celery_app, "connection_for_write", lambda: Connection(url))
    with Connection(url) as connection, contextlib.closing(connection.SimpleQueue("celery")) as q:
        q.put("work")
        q.get(timeout=5).ack()
    forget_delivered_messages()
    assert stored(file) == 0
