"""Keeping SQLite's write-ahead log short without making a learner wait for the disk.

SQLite copies its log into the database in whichever commit makes it 1000 pages long, and waits for
the disk while every other writer waits for it: that commit takes a tenth of a second and more. Here
a thread does the copying beside the writers, who go on meanwhile.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)

# So many releases after the last copy the next one begins.
_WRITES_BETWEEN = 1000
# A log this long (in pages of 4 KiB) is copied to its end with the writers held up, so that it
# begins anew; under a load that never pauses it would grow without bound.
_LONGEST_LOG = 32_000


class Checkpoints:
    """Counts writes of this process and copies the log in a thread of its own."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._writes = 0
        self._at_work = threading.Lock()

    def note_write(self) -> None:
        """Count a write; begin copying when there were enough and nobody copies yet."""
        self._writes += 1
        if self._writes >= _WRITES_BETWEEN and self._at_work.acquire(blocking=False):
            self._writes = 0
            threading.Thread(target=self._run, name="wal-checkpoint", daemon=True).start()

    def _run(self) -> None:
        try:
            self._copy()
        except Exception:
            # The ordinary connections still copy the log as SQLite does by itself.
            log.warning("the write-ahead log was not copied", exc_info=True)
        finally:
            self._at_work.release()

    def _copy(self) -> None:
        connection = self._connect()
        try:
            row = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if row[1] > _LONGEST_LOG:
                connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
        finally:
            connection.close()

    def wait(self) -> None:
        """Return when no copying is under way."""
        with self._at_work:
            self._writes = 0
