"""Two transactions of which the second has to wait for the first.

Only PostgreSQL lets both be under way; on SQLite a writer begins when the one before is through.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from lms.core.db import db, transaction

_PATIENCE_SECONDS = 30
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
)


def second_of(app: Flask, first: Callable[[], object], second: Callable[[], object]) -> Any:
    """What `second` returns or raises, having waited for `first`, which is committed meanwhile.

    Each is one transaction; `second` runs in a thread and context of its own.
    """
    if db.engine.dialect.name != "postgresql":
        pytest.skip("writers queue on this engine: the second would begin after the first")
    outcomes: list[Any] = []

    def run() -> None:
        with app.app_context():
            try:
                with transaction():
                    outcomes.append(second())
            except Exception as error:
                outcomes.append(error)
            finally:
                db.session.remove()

    other = threading.Thread(target=run)
    try:
        with transaction():
            first()
            other.start()
            _wait_until_blocked(other)
    finally:
        if other.ident is not None:
            other.join()
    db.session.rollback()
    return outcomes[0]


def _wait_until_blocked(other: threading.Thread) -> None:
    given_up = time.monotonic() + _PATIENCE_SECONDS
    # A transaction would see the same list of connections until it ends.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(_WAITING):
            assert other.is_alive(), "it was through without waiting"
            assert time.monotonic() < given_up, "it neither waited nor was through"
            time.sleep(0.01)
