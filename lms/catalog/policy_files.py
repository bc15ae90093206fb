"""Reading the files of study policies, so that a wrong one is told by file, line and key."""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "study_policies"
_NAME = re.compile(r"(\d{6}|\d{9})-(\d{4})")
_CATEGORIES = ("public", "professional")
_RULES = ("automatic", "base", "either", "unit")
_Check = Callable[[Any], bool]


class PolicyFileError(ValueError):
    """A policy cannot be used; the message names file, line, key and what is wrong."""


def read_folder(folder: Path) -> list[dict[str, Any]]:
    """The policies of a folder as plain values. Raises PolicyFileError."""
    return [read_policy(path) for path in sorted(folder.glob("*.toml"))]


def read_policy(path: Path) -> dict[str, Any]:
    """One policy: division_code, year, study (by category), pass_percent, restudy.

    Raises PolicyFileError for a name that is not <division code>-<year>.toml, for what is no TOML,
    an unknown key, and a value that means nothing.
    """
    name = _NAME.fullmatch(path.stem)
    if name is None:
        raise PolicyFileError(f"{path}: the name must be <division code>-<year>.toml")
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyFileError(f"{path}: {error}") from error
    reader = _Reader(path, text)
    reader.known(data, "", ("study", "exam", "restudy"))
    exam = reader.table(data, "exam", ("pass_percent",))
    restudy = reader.table(data, "restudy", ("decided_by",))
    return {
        "division_code": name[1],
        "year": int(name[2]),
        "study": reader.study(data, int(name[2])),
        "pass_percent": reader.value(exam, "exam", "pass_percent", _is_percent, None),
        "restudy": reader.value(restudy, "restudy", "decided_by", _RULES.__contains__, "either"),
    }


class _Reader:
    """Takes values out of one file, and tells where one stands that is wrong."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def study(self, data: Mapping[str, Any], year: int) -> dict[str, dict[str, Any]]:
        tables = self.table(data, "study", _CATEGORIES)
        return {category: self._dates(tables, category, year) for category in tables}

    def _dates(self, tables: Mapping[str, Any], category: str, year: int) -> dict[str, Any]:
        place = f"study.{category}"
        table = self.table(tables, category, ("opens_on", "closes_on", "make_up_years"), place)
        opens = self.value(table, place, "opens_on", _is_date, dt.date(year, 1, 1))
        closes = self.value(table, place, "closes_on", _is_date, dt.date(year, 12, 31))
        if closes < opens:
            self._fail(place, "closes_on", "is before opens_on")
        years = self.value(table, place, "make_up_years", _are_years, [])
        if any(each >= year for each in years):
            self._fail(place, "make_up_years", f"must be before {year}")
        return {"opens_on": opens, "closes_on": closes, "make_up_years": frozenset(years)}

    def table(
        self, data: Mapping[str, Any], key: str, keys: tuple[str, ...], place: str = ""
    ) -> dict[str, Any]:
        found = data.get(key, {})
        if not isinstance(found, dict):
            self._fail("", key, "must be a table")
        self.known(found, place or key, keys)
        return dict(found)

    def known(self, table: Mapping[str, Any], place: str, keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                self._fail(place, key, f"is not known; known are {', '.join(keys)}")

    def value(
        self, table: Mapping[str, Any], place: str, key: str, fits: _Check, default: Any
    ) -> Any:
        found = table.get(key, default)
        if key in table and not fits(found):
            self._fail(place, key, f"cannot be {found!r}")
        return found

    def _fail(self, place: str, key: str, what: str) -> None:
        full = f"{place}.{key}" if place else key
        raise PolicyFileError(f"{self._path}:{self._line(place, key)}: {full} {what}")

    def _line(self, place: str, key: str) -> int:
        """The line of `key` in the table `place`, or of the table of that name; else the first."""
        table = ""
        for number, line in enumerate(self._lines, start=1):
            bare = line.partition("#")[0].strip()
            if bare.startswith("["):
                table = bare.strip("[] ")
                if table == (f"{place}.{key}" if place else key):
                    return number
            elif table == place and bare.partition("=")[0].strip() == key:
                return number
        return 1


def _is_date(value: Any) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _is_percent(value: Any) -> bool:
    return type(value) is int and 1 <= value <= 100


def _are_years(value: Any) -> bool:
    return isinstance(value, list) and all(type(each) is int for each in value)
