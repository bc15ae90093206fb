"""Signs of life of a worker, and the percentage that goes with them."""

import contextlib
import time
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from lms.core.db import transaction

Listener = Callable[[int], None]
_BEAT_SECONDS = 2.0


class Heart:
    """Beats every other second at most: `beat` writes the percentage and the sign of life.

    `beat` runs in a transaction, raises LostClaimError when the work is another's, and returns the
    percentage of the whole film.
    """

    def __init__(self, beat: Callable[[int], int], listener: Listener | None) -> None:
        self._beat = beat
        self._listener = listener
        self._told = 0
        self._last = 0.0

    def reach(self, percent: int) -> None:
        """Note that so much of the work is done. Raises LostClaimError."""
        if time.monotonic() - self._last < _BEAT_SECONDS:
            return
        # A database that is busy for a moment costs one beat, not the work of an hour.
        with contextlib.suppress(OperationalError):
            with transaction():
                done = self._beat(percent)
            self.tell(done)
        self._last = time.monotonic()

    def tell(self, percent: int) -> None:
        """Let the listener hear how much of the film is done."""
        if self._listener is not None and percent > self._told:
            self._told = percent
            self._listener(percent)
