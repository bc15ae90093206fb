"""Files in a folder of this machine, or one that its machines share."""

import datetime as dt
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from lms.core.files.store import Sign, StoredFile, ignore_sign


class FolderStore:
    """A FileStore on disk: whole files by a rename, whole folders too."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, path: str) -> Path:
        return self.root / path

    def look(self, path: str) -> StoredFile:
        file = self.place(path)
        if not file.is_file():
            raise FileNotFoundError(path)
        return self._facts(file)

    def _facts(self, file: Path) -> StoredFile:
        found = file.stat()
        return StoredFile(
            path=file.relative_to(self.root).as_posix(),
            size_bytes=found.st_size,
            modified_at=dt.datetime.fromtimestamp(found.st_mtime, dt.UTC),
            tag=f"{found.st_mtime_ns:x}-{found.st_size:x}",
        )

    def has(self, path: str) -> bool:
        return self.place(path).is_file()

    def read(self, path: str) -> bytes:
        return self.place(path).read_bytes()

    def open(self, found: StoredFile) -> IO[bytes]:
        return self.place(found.path).open("rb")

    def write(self, path: str, content: bytes) -> None:
        with _whole(self.place(path)) as draft, draft.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())

    def write_all(self, contents: Mapping[str, bytes]) -> None:
        for path, content in contents.items():
            self.write(path, content)

    def put(self, path: str, source: Path, on_sign: Sign = ignore_sign) -> None:
        with _whole(self.place(path)) as draft:
            shutil.copyfile(source, draft)

    def fetch(self, path: str, target: Path, on_sign: Sign = ignore_sign) -> None:
        with _whole(target) as draft:
            shutil.copyfile(self.place(path), draft)

    def copy(self, path: str, to: str) -> None:
        source = self.place(path)
        if source.is_dir():
            shutil.copytree(source, self.place(to))
        elif source.is_file():
            self.put(to, source)

    def remove(self, path: str) -> None:
        place = self.place(path)
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        place = self.place(folder)
        return sorted(entry.name for entry in place.iterdir()) if place.is_dir() else []

    def walk(self, folder: str) -> Iterator[StoredFile]:
        for file in self.place(folder).rglob("*"):
            # One may vanish while others are looked at.
            try:
                if file.is_file():
                    yield self._facts(file)
            except FileNotFoundError:
                continue

    def tidy(self, path: str) -> None:
        # The last two are the folder of the first level and the root itself.
        for folder in list(PurePosixPath(path).parents)[:-2]:
            try:
                self.place(str(folder)).rmdir()
            except OSError:
                return

    def bring_folder(self, source: Path, path: str, on_sign: Sign = ignore_sign) -> None:
        """Nothing to do: a rename moves it."""

    def place_folder(self, source: Path, path: str) -> None:
        place = self.place(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        source.rename(place)


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A draft beside `target` that takes its place when the block ends well, and goes otherwise."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        yield draft
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
