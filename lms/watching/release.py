"""Releasing a window: one conditional UPDATE of one row, and why it did not happen.

This is the hot path: every learner asks every half minute. It loads no ORM object and no session;
everything it needs stands in the signed watch token and in the learner's clock. Pages to read are
released by the same statement; no window knows which of both it is.
"""

from functools import lru_cache

from flask import Flask

from lms.core import clock
from lms.core.lean import lean
from lms.videos.keys import window_key
from lms.videos.operations import video_secret
from lms.videos.queries import get_video
from lms.watching import rules
from lms.watching.rules import Standing, Verdict
from lms.watching.tokens import TokenSigner, WatchTerms

# Compare and swap on the high-water mark: of two requests for one window one changes the row.
# The bucket is GCRA (design, "Key release, exactly"): now >= due - allowance, then
# due = max(due, now) + length / pace.
_RELEASE = """
UPDATE study_clocks
SET high_water = high_water + 1,
    due_ms = CASE WHEN due_ms > :now THEN due_ms ELSE :now END + :cost,
    trail = trail || :mark
WHERE person_id = :person AND lease = :lease AND high_water = :window
  AND (next_gate IS NULL OR next_gate > :window)
  AND due_ms <= :latest_due
"""
_STANDING = """
SELECT lease, high_water, next_gate, due_ms FROM study_clocks WHERE person_id = :person
"""
# Decrypted secrets of so many videos are kept by each process.
_SECRETS_KEPT = 512


class KeyRelease:
    """Releases windows for whoever holds a lease. One object a process."""

    def __init__(self, app: Flask, prefetch_windows: int, signer: TokenSigner) -> None:
        self._connections = lean(app)
        self._app = app
        self._prefetch_windows = prefetch_windows
        self.signer = signer
        self._release = self._connections.statement(_RELEASE)
        self._standing = self._connections.statement(_STANDING)
        self.secret = lru_cache(_SECRETS_KEPT)(self._load_secret)

    def key(self, terms: WatchTerms, window: int) -> bytes:
        """The key of a window that was released."""
        secret = self.secret(terms.video_id, terms.public_id)
        return window_key(secret, terms.package_version, window)

    def decide(self, terms: WatchTerms, window: int) -> tuple[Verdict, int]:
        """Release `window` (from 0) if it is its turn; one that was released is so again.

        Returns why not, and in how many milliseconds to ask again. What a window holds, the key of
        a film's or a page to read, is for the caller to hand out.
        """
        if not 0 <= window < terms.window_count:
            return Verdict.SKIPPING_AHEAD, 0
        now_ms = clock.now_ms()
        allowance_ms = self._allowance_ms(terms)
        closed = 0 < terms.closes_at_ms <= now_ms
        with self._connections.borrow() as connection:
            if not closed and connection.write(
                self._release, _release_values(terms, window, now_ms, allowance_ms)
            ):
                return Verdict.RELEASED, 0
            row = connection.read(self._standing, {"person": terms.person_id})
        standing = Standing(*row) if row else None
        return rules.judge(window, terms.lease, standing, allowance_ms, now_ms, closed)

    def next_in_ms(self, person_id: int) -> int:
        """How long what was released last still takes, in milliseconds; 0 when that is over.

        Read past the session, whose view may be older than what was just released.
        """
        with self._connections.borrow() as connection:
            row = connection.read(self._standing, {"person": person_id})
        return max(0, Standing(*row).due_ms - clock.now_ms()) if row else 0

    def _allowance_ms(self, terms: WatchTerms) -> int:
        # A player must fetch ahead of what it shows; who turns a page has read the one before.
        ahead = 0 if terms.is_reading else self._prefetch_windows
        return ahead * rules.cost_ms(terms.window_ms, terms.pace_tenths)

    def _load_secret(self, video_id: int, _public_id: str) -> bytes:
        # The address is part of what is remembered: after a restored backup a number may come back.
        with self._app.app_context():
            return video_secret(get_video(video_id))


def _release_values(
    terms: WatchTerms, window: int, now_ms: int, allowance_ms: int
) -> dict[str, int | str]:
    return {
        "person": terms.person_id,
        "lease": terms.lease,
        "window": window,
        "now": now_ms,
        "cost": rules.cost_ms(terms.length_ms(window), terms.pace_tenths),
        "latest_due": now_ms + allowance_ms,
        "mark": rules.release_mark(window, terms.started_at_ms, now_ms),
    }
