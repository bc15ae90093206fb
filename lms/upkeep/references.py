"""What rows say of files: each feature tells which it names, so that all others can be removed.

An area is a folder of the store that features answer for. What lies in no area is nobody's business
and never removed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from flask import Flask, current_app


@dataclass(frozen=True)
class Reference:
    """That a row ("video:12") names a file, or a folder with all that is in it.

    `witness` is the file that must be there if nothing is lost: None for what may be made again,
    or is not made yet.
    """

    path: str
    owner: str
    is_folder: bool = False
    witness: str | None = None

    @classmethod
    def to_file(cls, path: str, owner: str) -> "Reference":
        """A file that must be there."""
        return cls(path, owner, witness=path)


Source = Callable[[], Iterable[Reference]]
Release = Callable[[], int]


@dataclass
class Area:
    """A folder, and who tells what is named there.

    Files of kept folders whose name matches `named` count only if they are named themselves.
    """

    folder: str
    sources: list[Source] = field(default_factory=list)
    named: re.Pattern[str] | None = None

    def references(self) -> Iterator[Reference]:
        """What rows name here, as the transaction at hand sees them."""
        for source in self.sources:
            yield from source()


def add_source(
    app: Flask, folder: str, source: Source, named: re.Pattern[str] | None = None
) -> None:
    """Let `source` tell what a feature names in a folder of the store."""
    area = _areas(app).setdefault(folder, Area(folder))
    area.sources.append(source)
    area.named = named or area.named


def add_release(app: Flask, release: Release) -> None:
    """Let rows forget what their sources do not name any more, just before files are removed.

    `release` runs in a transaction and returns how many rows it changed.
    """
    app.extensions.setdefault("file_releases", []).append(release)


def _areas(app: Flask) -> dict[str, Area]:
    found: dict[str, Area] = app.extensions.setdefault("file_areas", {})
    return found


def areas() -> list[Area]:
    """The areas of the application at work."""
    return list(_areas(current_app).values())


def release_rows() -> int:
    """Let all features' rows forget; the number of rows."""
    releases: list[Release] = current_app.extensions.get("file_releases", [])
    return sum(release() for release in releases)


class Kept:
    """What rows name in an area, to be asked about one file after the other."""

    def __init__(self, area: Area) -> None:
        self._named = area.named
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self.witnesses: dict[str, str] = {}
        for reference in area.references():
            (self._folders if reference.is_folder else self._files).add(reference.path)
            if reference.witness is not None:
                self.witnesses[reference.witness] = reference.owner

    def holds(self, path: str) -> bool:
        """Whether a row names the file, or a folder that it lies in."""
        if path in self._files:
            return True
        place = PurePosixPath(path)
        if self._named is not None and self._named.fullmatch(place.name):
            return False
        return any(str(folder) in self._folders for folder in place.parents)
