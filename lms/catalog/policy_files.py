"""Reading the files of study policies, so that a wrong one is told by file, line and key."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

from lms.core.toml_files import Table, TomlFile, read_toml

FOLDER = Path(__file__).parent / "study_policies"
_NAME = re.compile(r"(\d{6}|\d{9})-(\d{4})")
_CATEGORIES = ("public", "professional")
_RULES = ("automatic", "base", "either", "unit")


def read_folder(folder: Path) -> list[dict[str, Any]]:
    """The policies of a folder as plain values. Raises TomlFileError."""
    return [read_policy(path) for path in sorted(folder.glob("*.toml"))]


def read_policy(path: Path) -> dict[str, Any]:
    """One policy: division_code, year, study (by category), pass_percent, restudy.

    Raises TomlFileError for a name that is not <division code>-<year>.toml, for what is no TOML,
    an unknown key, and a value that means nothing.
    """
    file = read_toml(path)
    division_code, year = _place(file)
    root = file.root
    root.only("study", "exam", "restudy")
    study = root.table("study", *_CATEGORIES)
    exam = root.table("exam", "pass_percent")
    restudy = root.table("restudy", "decided_by")
    return {
        "division_code": division_code,
        "year": year,
        "study": {category: _dates(study, category, year) for category in study},
        "pass_percent": exam.value("pass_percent", _is_percent, default=None),
        "restudy": restudy.choice("decided_by", _RULES, default="either"),
    }


def _place(file: TomlFile) -> tuple[str, int]:
    name = _NAME.fullmatch(Path(file.name).stem)
    if name is None:
        raise file.error("", "the name must be <division code>-<year>.toml")
    return name[1], int(name[2])


def _dates(study: Table, category: str, year: int) -> dict[str, Any]:
    table = study.table(category, "opens_on", "closes_on", "make_up_years")
    opens = table.date("opens_on", default=dt.date(year, 1, 1))
    closes = table.date("closes_on", default=dt.date(year, 12, 31))
    if closes < opens:
        raise table.error("closes_on", "is before opens_on")
    years = table.listed("make_up_years", lambda each: type(each) is int, default=())
    if any(each >= year for each in years):
        raise table.error("make_up_years", f"must be before {year}")
    return {"opens_on": opens, "closes_on": closes, "make_up_years": frozenset(years)}


def _is_percent(value: Any) -> bool:
    return type(value) is int and 1 <= value <= 100
