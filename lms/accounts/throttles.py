"""Growing waits after wrong tries, counted exactly even when many come at once.

A try is counted before it is judged and given back if it was right: two hundred parallel guesses
are two hundred tries, of which only the free ones are judged.
"""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.session_models import SignInThrottle
from lms.core import clock
from lms.core.db import db


@dataclass(frozen=True)
class Pace:
    """How many tries are free, and how the waits after the others double; forgotten when quiet."""

    free_tries: int
    first_wait: dt.timedelta
    longest_wait: dt.timedelta
    forgotten_after: dt.timedelta

    def wait_after(self, failures: int) -> dt.timedelta:
        """The wait that follows the so-manieth wrong try; nothing while they are free."""
        over = failures - self.free_tries
        if over < 0:
            return dt.timedelta()
        doubled: dt.timedelta = self.first_wait * 2 ** min(over, 20)
        return min(doubled, self.longest_wait)


LONGEST_MEMORY = dt.timedelta(hours=3)
# Wrong tries at 0, 0, 0, 0, 0, 30, 90, 210, 450, 930 s and every 15 minutes after: never more than
# ten in 15 minutes (trust, A8), and 96 a day for whoever goes on.
PASSWORD_PACE = Pace(
    free_tries=5,
    first_wait=dt.timedelta(seconds=30),
    longest_wait=dt.timedelta(minutes=15),
    forgotten_after=LONGEST_MEMORY,
)


@dataclass(frozen=True)
class Try:
    """A try that was counted, or (`is_admitted` False) one that came during a wait.

    `wait_seconds` is how long to wait before the next one, if this one is wrong or not admitted.
    """

    is_admitted: bool
    wait_seconds: int
    taken: tuple[tuple[str, dt.datetime | None], ...] = ()


def take_try(keys: Iterable[str], pace: Pace) -> Try:
    """Count a try on every key, unless one of them must wait. Call it in a transaction."""
    now = clock.now()
    rows = _held(sorted(set(keys)))
    if (wait := _longest_wait(rows, now)) > 0:
        return Try(is_admitted=False, wait_seconds=wait)
    for row in rows:
        _count(row, pace, now)
    db.session.flush()
    taken = tuple((row.key, row.blocked_until) for row in rows)
    return Try(is_admitted=True, wait_seconds=_longest_wait(rows, now), taken=taken)


def give_back(done: Try) -> None:
    """Uncount a try that was right; waits that others earned meanwhile stay."""
    blocks = dict(done.taken)
    for row in _held(sorted(blocks)):
        row.failures = max(0, row.failures - 1)
        if row.blocked_until == blocks[row.key]:
            row.blocked_until = None


def sweep_throttles() -> None:
    """Forget whatever has been quiet for so long that it counts no more."""
    limit = clock.now() - LONGEST_MEMORY
    db.session.execute(delete(SignInThrottle).where(SignInThrottle.last_failed_at < limit))


def _count(row: SignInThrottle, pace: Pace, now: dt.datetime) -> None:
    if now - row.last_failed_at >= pace.forgotten_after:
        row.failures = 0
    row.failures += 1
    row.last_failed_at = now
    wait = pace.wait_after(row.failures)
    row.blocked_until = now + wait if wait else None


def _longest_wait(rows: list[SignInThrottle], now: dt.datetime) -> int:
    waits = [(row.blocked_until - now).total_seconds() for row in rows if row.blocked_until]
    return max(0, math.ceil(max(waits, default=0)))


def _held(keys: list[str]) -> list[SignInThrottle]:
    """The rows of these keys, made where missing, held until the transaction ends.

    Everybody takes them in the order of their keys, so that no two wait for each other.
    """
    is_sqlite = db.session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    now = clock.now()
    fresh = [{"key": key, "failures": 0, "last_failed_at": now} for key in keys]
    db.session.execute(insert(SignInThrottle).values(fresh).on_conflict_do_nothing())
    query = select(SignInThrottle).where(SignInThrottle.key.in_(keys))
    query = query.order_by(SignInThrottle.key).with_for_update()
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))
