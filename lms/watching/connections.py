"""Connections of the hot path: one statement, one commit, nothing around it.

The ORM's session costs several times what the statement itself does, so key release talks to the
driver. The connections are opened by the engine, which configures them, and then kept here.
"""

import fcntl
import os
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from lms.watching.checkpoints import Checkpoints

_NAME = re.compile(r":([a-z_]+)")
Values = Mapping[str, Any]


def _open(engine: Engine) -> Any:
    """The driver's own connection, configured by the engine and no longer the pool's."""
    pooled = engine.raw_connection()
    driver = pooled.driver_connection
    pooled.detach()
    return driver


class _Connection:
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
            changed: int = self.driver.execute(statement, values).rowcount
            return changed
        # SQLite lets one writer in and has the others sleep and try again, for up to 100 ms at a
        # time. A file lock wakes the next one at once: the tail of the waiting times disappears.
        fcntl.flock(self._queue, fcntl.LOCK_EX)
        try:
            changed = self.driver.execute(statement, values).rowcount
        finally:
            fcntl.flock(self._queue, fcntl.LOCK_UN)
        return changed

    def read(self, statement: str, values: Values) -> Any:
        """The first row, or None."""
        return self.driver.execute(statement, values).fetchone()

    def close(self) -> None:
        self.driver.close()
        if self._queue is not None:
            os.close(self._queue)


class LeanConnections:
    """The open connections of this process; as many as it has threads that release keys."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._free: deque[_Connection] = deque()
        self._checkpoints = Checkpoints(lambda: _open(engine)) if self._is_sqlite else None
        # Whoever disposes of the engine means every connection of it.
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def statement(self, sql: str) -> str:
        """`sql` with its :names as the driver wants them."""
        return sql if self._is_sqlite else _NAME.sub(r"%(\1)s", sql)

    @contextmanager
    def borrow(self) -> Iterator[_Connection]:
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

    def _take(self) -> _Connection:
        try:
            return self._free.pop()
        except IndexError:
            return _Connection(_open(self._engine), self._queue_file())

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
