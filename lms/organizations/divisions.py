"""Reading divisions from a CSV with the columns code, name, parent_code."""

import csv
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import insert, select

from lms.core.db import db
from lms.organizations.models import Division
from lms.organizations.rules import is_division_code

SHANDONG = Path(__file__).with_name("divisions.csv")
COLUMNS = ["code", "name", "parent_code"]
LONGEST_NAME = 64


class DivisionFileError(ValueError):
    """A file of divisions cannot be read; the message names file, line and what is wrong."""


def load_divisions(path: Path = SHANDONG) -> int:
    """Add the divisions of a CSV that are missing, all or none; returns how many.

    A division stands after its parent, as they do when sorted by level. The file is UTF-8, with a
    byte order mark or without. Raises DivisionFileError for a line that cannot be used.
    """
    known = set(db.session.scalars(select(Division.code)))
    added: list[dict[str, str | None]] = []
    for line, row in _rows(path):
        problem = _problem(row, known)
        if problem:
            raise DivisionFileError(f"{path}:{line}: {problem}")
        if row["code"] not in known:
            known.add(row["code"])
            added.append({**row, "parent_code": row["parent_code"] or None})
    if added:
        db.session.execute(insert(Division), added)
    return len(added)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            if [cell.strip() for cell in next(reader, [])] != COLUMNS:
                raise DivisionFileError(f"{path}:1: the first line must be {','.join(COLUMNS)}")
            for cells in reader:
                if cells:
                    yield reader.line_num, _row(path, reader.line_num, cells)
    except UnicodeDecodeError as error:
        raise DivisionFileError(f"{path}: not UTF-8 at byte {error.start}") from error


def _row(path: Path, line: int, cells: list[str]) -> dict[str, str]:
    if len(cells) != len(COLUMNS):
        wrong = f"{len(cells)} columns instead of {len(COLUMNS)}"
        raise DivisionFileError(f"{path}:{line}: {wrong}")
    return dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))


def _problem(row: dict[str, str], known: set[str]) -> str | None:
    code, name, parent = row["code"], row["name"], row["parent_code"]
    if not is_division_code(code):
        return f"code {code!r} is neither 6 nor 9 digits"
    if not name or len(name) > LONGEST_NAME:
        return f"the name of {code} is empty or longer than {LONGEST_NAME} characters"
    if parent and parent not in known:
        return f"the parent {parent!r} of {code} stands neither above it nor in the database"
    return f"{code} is its own parent" if parent == code else None
