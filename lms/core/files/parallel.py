"""Several transfers at a time, while whoever waits for them gives signs of life."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

from fsspec.callbacks import Callback

from lms.core.files.store import Sign, StorageError, ignore_sign

_AT_ONCE = 8
_SIGN_SECONDS = 1.0


class Parts(Callback):
    """Hears of every part that was transferred, and ends the transfer if it was told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self._is_stopped = False

    def stop(self) -> None:
        """Let the transfer end with StorageError at its next part."""
        self._is_stopped = True

    def relative_update(self, inc: int = 1) -> None:
        """Called by the library."""
        if self._is_stopped:
            raise StorageError("the transfer was stopped")


def in_parallel(
    jobs: Sequence[Callable[[], None]],
    on_sign: Sign = ignore_sign,
    stop: Callable[[], None] = ignore_sign,
) -> None:
    """Do all jobs, a few at a time; the first error ends them and is raised.

    `on_sign` is called about every second. If it raises, `stop` is called, what has begun is waited
    for, and its exception is raised.
    """
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, max(1, len(jobs)))) as pool:
        rest = iter(jobs)
        running = {pool.submit(job) for job in islice(rest, _AT_ONCE)}
        try:
            while running:
                done, running = wait(running, _SIGN_SECONDS, FIRST_COMPLETED)
                _raise_error(done)
                on_sign()
                running |= {pool.submit(job) for job in islice(rest, len(done))}
        except BaseException:
            stop()
            raise


def _raise_error(done: set[Future[None]]) -> None:
    for future in done:
        future.result()
