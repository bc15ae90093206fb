"""Rows of an uploaded file, read by a process of their own."""

import marshal
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from lms.roster.enums import FileFault, SheetFormat
from lms.roster.examination import UnusableFileError

MOST_ROWS = 200_000
_READER = Path(__file__).with_name("reader.py")

Row = tuple[int, list[Any]]


def read_batches(pieces: Iterable[bytes], format: SheetFormat) -> Iterator[list[Row]]:
    """The rows that hold anything, in batches, each with its number from 1.

    The first is (0, [total]), how many rows the sheet has at most. Raises UnusableFileError.
    """
    command = [sys.executable, "-I", str(_READER), format.value, str(MOST_ROWS)]
    reader = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    try:
        # It reads everything before it answers anything, so neither waits for the other.
        with suppress(BrokenPipeError), reader.stdin as given:
            for piece in pieces:
                given.write(piece)
        yield from _batches(reader.stdout)
        _check_end(reader.wait())
    finally:
        reader.kill()
        reader.stdout.close()
        reader.wait()


def _batches(out: IO[bytes]) -> Iterator[list[Row]]:
    while head := out.read(4):
        # What our own program wrote; the stranger's file is behind it.
        value = marshal.loads(out.read(int.from_bytes(head, "big")))  # noqa: S302
        if isinstance(value, list):
            yield value
        elif value:
            raise UnusableFileError(FileFault(value["fault"]), limit=MOST_ROWS)


def _check_end(status: int) -> None:
    if status == 0:
        return
    too_much = status in (-signal.SIGABRT, -signal.SIGXCPU)
    raise UnusableFileError(FileFault.TOO_LARGE_UNPACKED if too_much else FileFault.DAMAGED)
