"""Running ffmpeg: it ends when we end, tells how far it is, and is stopped when it hangs."""

import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

_LOG = "ffmpeg.log"
_READ_BYTES = 4096
_LISTEN_SECONDS = 0.5


class TranscodeError(Exception):
    """ffmpeg ended badly. `status` is negative if it was killed; `log` is the end of its words."""

    def __init__(self, status: int, log: str) -> None:
        super().__init__(f"ffmpeg ended with {status}: {log[-500:]}")
        self.status = status
        self.log = log

    @property
    def is_surroundings(self) -> bool:
        """Whether the machine is to blame (killed, disk full) and not the film."""
        return self.status < 0 or self.status > 128 or "No space left" in self.log


def _considerate() -> list[str]:
    """A prefix that lets web requests go first, and that kills ffmpeg when its parent dies."""
    prefix = ["nice", "-n", "10"]
    # Without util-linux (on a Mac) an orphan runs on, into a folder that is soon removed.
    return ["setpriv", "--pdeathsig", "KILL", *prefix] if shutil.which("setpriv") else prefix


def run_ffmpeg(
    command: Sequence[str],
    folder: Path,
    on_seconds: Callable[[float], None],
    stall_seconds: float,
) -> None:
    """Run `command` in `folder`; `on_seconds` hears how many seconds of film are done.

    It hears the same number again while ffmpeg is busy and says nothing: a sign of life. An
    exception of `on_seconds` ends ffmpeg and passes through. Raises TranscodeError if ffmpeg
    fails, or says nothing for `stall_seconds`.
    """
    with (folder / _LOG).open("wb") as log:
        run = subprocess.Popen(
            [*_considerate(), *command], cwd=folder, stdout=subprocess.PIPE, stderr=log
        )
    with run:
        try:
            _listen(run, on_seconds, stall_seconds)
        except BaseException:
            run.kill()
            raise
    if run.returncode:
        raise TranscodeError(run.returncode, (folder / _LOG).read_text(errors="replace"))


def _listen(
    run: subprocess.Popen[bytes], on_seconds: Callable[[float], None], stall_seconds: float
) -> None:
    done, heard_at = 0.0, time.monotonic()
    for line in _lines(run):
        if line is None and time.monotonic() - heard_at > stall_seconds:
            run.kill()
        elif line is not None:
            done, heard_at = _seconds_done(line) or done, time.monotonic()
        on_seconds(done)


def _lines(run: subprocess.Popen[bytes]) -> Iterator[str | None]:
    """What ffmpeg prints, line by line; None whenever it has said nothing for a while."""
    assert run.stdout is not None
    rest = b""
    while True:
        ready, _, _ = select.select([run.stdout], [], [], _LISTEN_SECONDS)
        if not ready:
            yield None
            continue
        piece = os.read(run.stdout.fileno(), _READ_BYTES)
        if not piece:
            return
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode(errors="replace").strip() for line in whole)


def _seconds_done(line: str) -> float | None:
    """The seconds a line tells, or None if it tells something else."""
    name, _, value = line.partition("=")
    return int(value) / 1_000_000 if name == "out_time_us" and value.isdigit() else None
