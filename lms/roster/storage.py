"""Uploaded and marked workbooks at rest: encrypted in pieces, bound to their import.

They hold identity numbers in clear, so nothing of them may touch a disk as it is: not as a
temporary file either, for a crash would leave that behind.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from flask import current_app

from lms.accounts.vault import vault
from lms.config import Settings
from lms.roster.models import RosterImport

UPLOAD = "upload"
MARKED = "marked"
_PIECE = 1 << 20


def settings() -> Settings:
    """The settings in force."""
    found: Settings = current_app.extensions["settings"]
    return found


def folder() -> Path:
    """Where the files lie: with the originals, beside the one folder that is served."""
    place = settings().media_path / "roster"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def file_of(key: str, kind: str) -> Path:
    """The file of an import."""
    return folder() / f"{key}.{kind}"


class SealedWriter:
    """A file to write to, whose content is encrypted piece by piece; `close` makes it whole."""

    def __init__(self, key: str, kind: str) -> None:
        self._label = f"roster:{key}:{kind}"
        self._target = file_of(key, kind)
        self._building = self._target.with_suffix(f".{kind}-building")
        self._file: IO[bytes] = self._building.open("wb")
        self._building.chmod(0o600)
        self._buffer = bytearray()
        self._count = 0

    def write(self, data: bytes) -> int:
        """Take more; nothing is written until a piece is full."""
        self._buffer += data
        while len(self._buffer) >= _PIECE:
            self._seal(bytes(self._buffer[:_PIECE]))
            del self._buffer[:_PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing: pieces are written whole."""

    def close(self) -> None:
        """Write the rest and the mark of the end, and put the file in its place."""
        self._seal(bytes(self._buffer))
        self._seal(b"", is_end=True)
        self._file.close()
        self._building.replace(self._target)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._building.unlink(missing_ok=True)

    def _seal(self, piece: bytes, is_end: bool = False) -> None:
        cell = vault().encrypt(piece, _record(self._label, self._count, is_end))
        self._file.write(len(cell).to_bytes(4, "big") + cell)
        self._count += 1


def _record(label: str, count: int, is_end: bool) -> str:
    return f"{label}:{count}:{'end' if is_end else 'piece'}"


def store(roster: RosterImport, pieces: Iterable[bytes]) -> None:
    """Keep the uploaded file."""
    writer = SealedWriter(roster.key, UPLOAD)
    try:
        for piece in pieces:
            writer.write(piece)
        writer.close()
    except BaseException:
        writer.abandon()
        raise


def pieces_of(key: str, kind: str) -> Iterator[bytes]:
    """The content of a file. Raises InvalidTag or ValueError unless it is whole and its own."""
    label, count = f"roster:{key}:{kind}", 0
    with file_of(key, kind).open("rb") as file:
        following = _cell(file)
        while following:
            cell, following = following, _cell(file)
            yield vault().decrypt_bytes(cell, _record(label, count, not following))
            count += 1
    if count < 2:
        raise ValueError("a sealed file without its end")


def _cell(file: IO[bytes]) -> bytes:
    length = int.from_bytes(file.read(4), "big")
    return file.read(length)


def forget(key: str, *kinds: str) -> None:
    """Delete files of an import, if they are there."""
    for kind in kinds:
        file_of(key, kind).unlink(missing_ok=True)
        file_of(key, f"{kind}-building").unlink(missing_ok=True)
