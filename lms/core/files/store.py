"""What a store of files can do, whether it is a folder or a bucket."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

# Heard again and again while something takes long; what it raises stops it.
Sign = Callable[[], None]


class StorageError(OSError):
    """The bucket did not do what it was asked to, or cannot be reached. Trying again may help."""


@dataclass(frozen=True)
class StoredFile:
    """A file that is there: its path, its size in bytes, when it was written, and its tag.

    The tag changes with the content; it is empty where a list does not tell it.
    """

    path: str
    size_bytes: int
    modified_at: dt.datetime
    tag: str = ""


def ignore_sign() -> None:
    """For whoever has nobody to tell."""


class FileStore(Protocol):
    """Files by their paths. A file is there with all its bytes, or not at all.

    What fails for the machine's sake raises OSError (StorageError for a bucket). What is not there
    raises FileNotFoundError where it is read, and is no error where it is removed.
    """

    def place(self, path: str) -> Path | None:
        """Where the file is, or would be, on a disk of this machine; None in a bucket."""

    def look(self, path: str) -> StoredFile:
        """What is known of a file. Raises FileNotFoundError."""

    def has(self, path: str) -> bool:
        """Whether the file is there."""

    def read(self, path: str) -> bytes:
        """All bytes of a (small) file. Raises FileNotFoundError."""

    def open(self, found: StoredFile) -> IO[bytes]:
        """A file that was looked at, to read from and to seek in. Raises FileNotFoundError."""

    def write(self, path: str, content: bytes) -> None:
        """Keep a file."""

    def write_all(self, contents: Mapping[str, bytes]) -> None:
        """Keep many files, several at a time; after an error some may be there."""

    def put(self, path: str, source: Path, on_sign: Sign = ignore_sign) -> None:
        """Keep a copy of a file of this machine, never holding it in memory."""

    def fetch(self, path: str, target: Path, on_sign: Sign = ignore_sign) -> None:
        """Copy a file to this machine, never holding it in memory. Raises FileNotFoundError."""

    def copy(self, path: str, to: str) -> None:
        """Keep a file, or folder of files, a second time; of what is lost there is no copy."""

    def remove(self, path: str) -> None:
        """Delete a file, or a folder with all that is in it."""

    def names(self, folder: str) -> list[str]:
        """The names of what lies directly in a folder; none if it is not there."""

    def walk(self, folder: str) -> Iterator[StoredFile]:
        """Every file below a folder, in any depth; none if it is not there."""

    def bring_folder(self, source: Path, path: str, on_sign: Sign = ignore_sign) -> None:
        """The slow part of keeping the folder `source` as `path`; nothing may refer to it yet."""

    def tidy(self, path: str) -> None:
        """Remove the folders that a file was the last one in, but for that of the first level."""

    def place_folder(self, source: Path, path: str) -> None:
        """The quick part, once `bring_folder` is done: afterwards the folder is there."""
