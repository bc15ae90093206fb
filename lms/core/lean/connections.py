"""Connections of the hot paths: a few statements, one commit, nothing around them.

The ORM's session costs several times what the statements themselves do, so what learners do all the
time talks to the driver. The connections are opened by the engine, which configures them, and then
kept here. Nothing may commit beside `lms.core.db` but what is written here.
"""

import datetime as dt
import fcntl
import os
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Engine, event

from lms.core.lean.checkpoints import Checkpoints

_NAME = re.compile(r":([a-z_]+)")
_ROW_LOCK = re.compile(r"\bFOR (?:UPDATE|SHARE)\b(?: OF \w+)?")
Values = Mapping[str, Any]


def _open(engine: Engine) -> Any:
    """The driver's own connection, configured by the engine and no longer the pool's."""
    pooled = engine.raw_connection()
    driver = pooled.driver_connection
    pooled.detach()
    return driver


class LeanConnection:
    """A connection in autocommit, and on SQLite a place in the queue of writers."""

    def __init__(self, driver: Any, queue_file: str | None) -> None:
        self.driver = driver
        self._queue = None
        if queue_file is None:
            driver.autocommit = True
        else:
            driver.execute("PRAGMA wal_autocheckpoint=0")
            self._queue = os.open(queue_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def write(self, statement: str, values: Values) -> int:
        """The number of rows that one committed UPDATE changed."""
        if self._queue is None:
            return self.change(statement, values)
        with self._turn(self._queue):
            return self.change(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several statements that are committed together; an error takes all of them back."""
        if self._queue is None:
            with self._committed("BEGIN"):
                yield
            return
        with self._turn(self._queue), self._committed("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def pipeline(self) -> Iterator[None]:
        """A transaction whose statements are sent without waiting for the answers before them.

        Whoever fetches an answer waits for it and for all that was sent before. A statement that
        failed is told by the next fetch or by the end. On SQLite nothing is ever waited for.
        """
        if self._queue is not None:
            with self.transaction():
                yield
            return
        try:
            with self.driver.pipeline():
                self.driver.execute("BEGIN")
                yield
                self.driver.execute("COMMIT")
        except BaseException:
            self.driver.execute("ROLLBACK")
            raise

    @contextmanager
    def _committed(self, begin: str) -> Iterator[None]:
        # The drivers' own context managers do more than this, and cost as much as a statement.
        self.driver.execute(begin)
        try:
            yield
            self.driver.execute("COMMIT")
        except BaseException:
            self.driver.execute("ROLLBACK")
            raise

    @contextmanager
    def _turn(self, queue: int) -> Iterator[None]:
        # SQLite lets one writer in and has the others sleep and try again, for up to 100 ms at a
        # time. A file lock wakes the next one at once: the tail of the waiting times disappears.
        fcntl.flock(queue, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(queue, fcntl.LOCK_UN)

    def change(self, statement: str, values: Values) -> int:
        """The number of rows that an UPDATE changed."""
        changed: int = self.driver.execute(statement, values).rowcount
        return changed

    def read(self, statement: str, values: Values) -> Any:
        """The first row, or None."""
        return self.driver.execute(statement, values).fetchone()

    def close(self) -> None:
        self.driver.close()
        if self._queue is not None:
            os.close(self._queue)


class LeanConnections:
    """The open connections of this process; as many as it has threads that are at it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._free: deque[LeanConnection] = deque()
        self._checkpoints = Checkpoints(lambda: _open(engine)) if self._is_sqlite else None
        # Whoever disposes of the engine means every connection of it.
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def statement(self, sql: str) -> str:
        """`sql` with its :names as the driver wants them, and row locks where there are any."""
        if self._is_sqlite:
            return _ROW_LOCK.sub("", sql)
        return _NAME.sub(r"%(\1)s", sql)

    def instant(self, instant: dt.datetime | None) -> Any:
        """An aware instant as the columns of type Instant keep it."""
        if instant is None or not self._is_sqlite:
            return instant
        return instant.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    @contextmanager
    def borrow(self) -> Iterator[LeanConnection]:
        """A connection for one request. One that failed is closed: its server may be gone."""
        connection = self._take()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._free.append(connection)
        if self._checkpoints is not None:
            self._checkpoints.note_write()

    def _take(self) -> LeanConnection:
        try:
            return self._free.pop()
        except IndexError:
            return LeanConnection(_open(self._engine), self._queue_file())

    def _queue_file(self) -> str | None:
        path = self._engine.url.database
        if not self._is_sqlite or not path:
            return None
        return str(Path(path).with_name(f"{Path(path).name}.queue"))

    def close(self) -> None:
        """Close every connection that is not at work."""
        if self._checkpoints is not None:
            self._checkpoints.wait()
        while self._free:
            self._free.pop().close()


def init_lean(app: Flask, engine: Engine) -> None:
    """Give the application its lean connections."""
    app.extensions["lean"] = LeanConnections(engine)


def lean(app: Flask | None = None) -> LeanConnections:
    """The lean connections of the application, by default the current one."""
    found: LeanConnections = (app or current_app).extensions["lean"]
    return found
