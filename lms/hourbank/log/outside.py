"""The log outside of the database, in var/bank: leaves and heads, only ever appended to.

Whoever can rewrite the database cannot rewrite these files as well, provided that they are shipped
to another machine as they grow. They are written after the commit. What a process that died left
out, the next sequencer appends. Files that hold more than the database, or something else, mean
that committed entries were lost or altered: no place is given any more until somebody has looked.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from lms.config import Settings

_NUMBER_BYTES = 20
RECORD_BYTES = _NUMBER_BYTES + 32


class Leaf(NamedTuple):
    """A line of the file of leaves."""

    number: str
    leaf_hash: bytes


def folder(settings: Settings) -> Path:
    """Where this installation keeps the files."""
    return settings.var_path / "bank"


def leaves_path(settings: Settings) -> Path:
    """Records of 52 bytes: the entry's number, filled up with spaces, and its leaf hash."""
    return folder(settings) / "log-leaves.bin"


def heads_path(settings: Settings) -> Path:
    """Lines of JSON, a signed head each."""
    return folder(settings) / "log-heads.jsonl"


class LeafFile:
    """The file of leaves while one process holds it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        end = file.seek(0, os.SEEK_END)
        # What a full disk or a power cut left of a record is none; it is written again.
        file.truncate(end - end % RECORD_BYTES)

    @property
    def size(self) -> int:
        """How many leaves it holds."""
        return self._file.seek(0, os.SEEK_END) // RECORD_BYTES

    def read(self, position: int) -> Leaf:
        """The leaf at a position that it holds."""
        self._file.seek(position * RECORD_BYTES)
        return _leaf(self._file.read(RECORD_BYTES))

    def append(self, leaves: list[Leaf]) -> None:
        """Add the next leaves, for good."""
        self._file.seek(0, os.SEEK_END)
        self._file.write(b"".join(_record(leaf) for leaf in leaves))
        self._file.flush()
        os.fsync(self._file.fileno())


def _leaf(record: bytes) -> Leaf:
    number = record[:_NUMBER_BYTES].decode("ascii", "replace").rstrip()
    return Leaf(number, record[_NUMBER_BYTES:])


def _record(leaf: Leaf) -> bytes:
    return (
        leaf.number.encode("ascii", "replace").ljust(_NUMBER_BYTES)[:_NUMBER_BYTES] + leaf.leaf_hash
    )


@contextmanager
def hold_leaves(settings: Settings) -> Iterator[LeafFile]:
    """The file of leaves, for one process of this machine at a time; begun if there is none."""
    folder(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    with leaves_path(settings).open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield LeafFile(file)


def leaves_in(path: Path) -> int:
    """How many leaves a file holds; 0 if there is none."""
    return path.stat().st_size // RECORD_BYTES if path.exists() else 0


def read_leaves(path: Path, count: int) -> Iterator[Leaf]:
    """The first `count` leaves of a file, in order."""
    if not count:
        return
    with path.open("rb") as file:
        for _number in range(count):
            yield _leaf(file.read(RECORD_BYTES))


def append_head(settings: Settings, words: dict[str, Any]) -> None:
    """Add a line to the file of heads, for good."""
    folder(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    with heads_path(settings).open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps(words, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_heads(path: Path) -> list[dict[str, Any]]:
    """The lines of a file of heads that can be read; none if there is no file."""
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            words = json.loads(line)
        except ValueError:
            # Cut off by a full disk; the next line is whole again.
            continue
        if isinstance(words, dict):
            found.append(words)
    return found
