"""Running ffmpeg: it ends when we end, tells how far it is, and is stopped when it hangs."""

import os
import select
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

_LOG = "ffmpeg.log"
_READ_BYTES = 4096


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

    Raises TranscodeError if it fails or says nothing for `stall_seconds`. An exception of
    `on_seconds` ends ffmpeg and passes through.
    """
    with (folder / _LOG).open("wb") as log:
        run = subprocess.Popen(
            [*_considerate(), *command], cwd=folder, stdout=subprocess.PIPE, stderr=log
        )
    with run:
        try:
            for line in _lines(run, stall_seconds):
                _tell(line, on_seconds)
        except BaseException:
            run.kill()
            raise
    if run.returncode:
        raise TranscodeError(run.returncode, (folder / _LOG).read_text(errors="replace"))


def _lines(run: subprocess.Popen[bytes], stall_seconds: float) -> Iterator[str]:
    """What ffmpeg prints, line by line; it is killed when it says nothing for too long."""
    assert run.stdout is not None
    rest = b""
    while True:
        ready, _, _ = select.select([run.stdout], [], [], stall_seconds)
        if not ready:
            run.kill()
            return
        piece = os.read(run.stdout.fileno(), _READ_BYTES)
        if not piece:
            return
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode(errors="replace").strip() for line in whole)


def _tell(line: str, on_seconds: Callable[[float], None]) -> None:
    name, _, value = line.partition("=")
    if name == "out_time_us" and value.isdigit():
        on_seconds(int(value) / 1_000_000)
