"""Reading files of rules, so that what is wrong in one is told by file, line and key."""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lms.core.types import Hours

_HEADER = re.compile(r"(\[\[?)\s*([^\[\]]+?)\s*\]\]?")
_KEY = re.compile(r"([A-Za-z0-9_.-]+)\s*=\s*(.*)")
_AT_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where."""

    line: int
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.line}: {self.key} {self.what}" if self.key else f"{self.line}: {self.what}"


class TomlFileError(ValueError):
    """A file cannot be used; the message names file, line, key and what is wrong."""

    def __init__(self, name: str, problems: Collection[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(f"{name}:{problem}" for problem in self.problems))


class TomlFile:
    """One file. `part` keeps what is wrong in several places; `done` tells of all at once."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._lines = _lines_of(text.splitlines())
        self._problems: list[Problem] = []
        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            # Besides what is no TOML: numbers of thousands of digits, lists of thousands of lists.
            found = _AT_LINE.search(str(error))
            line = int(found[1]) if found else len(text.splitlines()) or 1
            raise TomlFileError(name, [Problem(line, "", str(error))]) from error
        self.root = Table(self, "", data)

    @contextmanager
    def part(self) -> Iterator[None]:
        """Keep what is wrong in this part, and go on with the next."""
        try:
            yield
        except TomlFileError as error:
            self._problems += error.problems

    def done(self) -> None:
        """Raises TomlFileError if a part was wrong."""
        if self._problems:
            raise TomlFileError(self.name, self._problems)

    def error(self, place: str, what: str) -> TomlFileError:
        """What to raise for the key or table at `place`."""
        return TomlFileError(self.name, [Problem(self._line(place), place, what)])

    def _line(self, place: str) -> int:
        while place and place not in self._lines:
            place = place.rpartition(".")[0]
        return self._lines.get(place, 1)


class Table:
    """A table of a file: takes values out by key, and refuses those that mean nothing."""

    def __init__(self, file: TomlFile, place: str, data: Mapping[str, Any]) -> None:
        self._file = file
        self.place = place
        self._data = data

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def is_text(self, key: str) -> bool:
        """Whether a text stands under `key`."""
        return isinstance(self._data.get(key), str)

    def error(self, key: str, what: str) -> TomlFileError:
        """What to raise for a key of this table, or without one for the table itself."""
        return self._file.error(self._at(key), what)

    def only(self, *keys: str) -> None:
        """Raises TomlFileError for a key that is none of these."""
        for key in self._data:
            if key not in keys:
                raise self.error(key, f"is not known; known are {', '.join(keys)}")

    def value(self, key: str, fits: Callable[[Any], bool], what: str = "", **default: Any) -> Any:
        """What stands under `key`; without it `default`, or TomlFileError if none is given."""
        if key not in self._data:
            if "default" not in default:
                raise self.error(key, "is missing")
            return default["default"]
        found = self._data[key]
        if not fits(found):
            raise self.error(key, f"cannot be {found!r:.80}{what}")
        return found

    def text(self, key: str, **default: str) -> str:
        """A text that is not empty."""
        found: str = self.value(key, _is_text, "; it must be a text", **default)
        return found

    def number(self, key: str, least: int = 0, **default: int) -> int:
        """A whole number, `least` or more."""
        found: int = self.value(
            key,
            lambda found: type(found) is int and found >= least,
            f"; it must be a whole number from {least}",
            **default,
        )
        return found

    def flag(self, key: str, **default: bool) -> bool:
        """True or false."""
        flag: bool = self.value(key, lambda found: type(found) is bool, "", **default)
        return flag

    def date(self, key: str, **default: dt.date) -> dt.date:
        """A day."""
        found: dt.date = self.value(key, is_date, "; it must be a date", **default)
        return found

    def hours(self, key: str) -> Hours:
        """Hours, written as a text such as "2.5"; more than none."""
        return Hours.parse(self.value(key, _is_hours, '; hours are written as "2.5"'))

    def choice(self, key: str, options: Collection[str], **default: str) -> str:
        """One of the texts of `options`."""
        known = f"; known are {', '.join(options)}"
        found: str = self.value(
            key, lambda found: isinstance(found, str) and found in options, known, **default
        )
        return found

    def listed(
        self, key: str, fits: Callable[[Any], bool], what: str = "", **default: Any
    ) -> tuple[Any, ...]:
        """A list whose every value fits."""
        found = self.value(
            key, lambda each: isinstance(each, list) and all(map(fits, each)), what, **default
        )
        return tuple(found)

    def table(self, key: str, *keys: str) -> "Table":
        """The table under `key`, empty if there is none; with `keys` no others may stand in it."""
        found = self._data.get(key, {})
        if not isinstance(found, dict):
            raise self.error(key, "must be a table")
        table = Table(self._file, self._at(key), found)
        if keys:
            table.only(*keys)
        return table

    def tables(self, key: str, *keys: str) -> list["Table"]:
        """The tables in the list under `key`; none if there is no such list."""
        found = self._data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.error(key, "must be a list of tables")
        tables = [Table(self._file, f"{self._at(key)}.{i}", each) for i, each in enumerate(found)]
        for table in tables:
            table.only(*keys)
        return tables

    def _at(self, key: str) -> str:
        return ".".join(filter(None, (self.place, key)))


def read_toml(path: Path) -> TomlFile:
    """The file at `path`. Raises TomlFileError if it is no TOML in UTF-8."""
    try:
        return TomlFile(str(path), path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise TomlFileError(str(path), [Problem(1, "", "is not UTF-8")]) from error


def is_date(value: Any) -> bool:
    """Whether a value of TOML is a day without a time."""
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_hours(value: Any) -> bool:
    try:
        return isinstance(value, str) and Hours.parse(value).tenths > 0
    except ValueError:
        return False


def _lines_of(lines: list[str]) -> dict[str, int]:
    """The line of each table and key by its dotted place; tables in lists by their number.

    An inline table of a list is known if it begins its own line.
    """
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = listed = ""
    for number, line in enumerate(lines, start=1):
        bare = line.strip()
        if header := _HEADER.match(bare):
            table = header[2]
            if header[1] == "[[":
                found.setdefault(table, number)
                table = _next(counts, table)
            listed = ""
            found.setdefault(table, number)
        elif key := _KEY.match(bare):
            place = f"{table}.{key[1]}" if table else key[1]
            found.setdefault(place, number)
            listed = place if key[2].partition("#")[0].strip() == "[" else ""
        elif listed and bare.startswith("{"):
            found[_next(counts, listed)] = number
    return found


def _next(counts: dict[str, int], place: str) -> str:
    counts[place] = counts.get(place, -1) + 1
    return f"{place}.{counts[place]}"
