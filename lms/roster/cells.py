"""Rows of a sheet as candidates, and what is wrong with their cells. Nothing is looked up here."""

from dataclasses import dataclass, field
from typing import Any

from lms.accounts.enums import IdentityKind, ProfessionSeries, TitleLevel
from lms.accounts.rules import (
    is_email,
    is_identity_number,
    is_name,
    is_phone,
    normalize_email,
    normalize_identity_number,
    normalize_name,
    normalize_phone,
)
from lms.roster import words
from lms.roster.enums import FileFault, Problem
from lms.roster.examination import UnusableFileError
from lms.roster.reading import Row
from lms.roster.rules import (
    HEADER_ROWS,
    REQUIRED,
    Column,
    Header,
    clean_text,
    find_header,
    is_number_cell,
    resident_fault,
    shown,
)


@dataclass(slots=True)
class Finding:
    """One thing that is wrong: the column, the reason, its particulars."""

    column: Column
    kind: Problem
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Candidate:
    """A row as it was meant; "" and None are empty cells.

    One with findings is judged on, so that all that is wrong is told, and never written.
    """

    row: int
    name: str = ""
    kind: IdentityKind = IdentityKind.RESIDENT
    number: str = ""
    phone: str | None = None
    email: str | None = None
    unit: str = ""
    profession: ProfessionSeries | None = None
    title_level: TitleLevel | None = None
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, column: Column, kind: Problem, **detail: Any) -> None:
        """Note what is wrong; of one cell only the first thing is told."""
        if all(found.column is not column for found in self.findings):
            self.findings.append(Finding(column, kind, detail))


class HeaderFinder:
    """Looks for the header among the first rows; there may be a title above it."""

    def __init__(self, needs_unit: bool) -> None:
        self._needed = (*REQUIRED, Column.UNIT) if needs_unit else REQUIRED

    def find(self, row: Row) -> Header | None:
        """The header, or None if it may still come. Raises UnusableFileError."""
        number, cells = row
        header = find_header(number, cells) if number <= HEADER_ROWS else None
        if header is not None:
            self._check(header)
        elif number >= HEADER_ROWS:
            raise UnusableFileError(FileFault.NO_HEADER, limit=HEADER_ROWS)
        return header

    def _check(self, header: Header) -> None:
        if header.repeated:
            names = "、".join(dict.fromkeys(column.value for column in header.repeated))
            raise UnusableFileError(FileFault.REPEATED_COLUMN, names=names)
        missing = [column.value for column in self._needed if column not in header.places]
        if missing:
            raise UnusableFileError(FileFault.MISSING_COLUMNS, names="、".join(missing))


class RowReader:
    """Reads rows below one header."""

    def __init__(self, header: Header) -> None:
        self._places = header.places
        self._kinds, self._series, self._levels = words.kinds(), words.series(), words.levels()

    def read(self, row: Row) -> Candidate | None:
        """The candidate of a row, with what is wrong in it; None for a row without one."""
        number, cells = row
        if not any(str(self._raw(cells, column)).strip() for column in Column):
            return None
        candidate = Candidate(number)
        self._read_name(candidate, self._text(cells, Column.NAME))
        self._read_number(candidate, cells)
        self._read_contact(candidate, cells)
        self._read_title(candidate, cells)
        candidate.unit = self._text(cells, Column.UNIT)
        return candidate

    def _raw(self, cells: list[Any], column: Column) -> Any:
        place = self._places.get(column)
        return cells[place] if place is not None and place < len(cells) else ""

    def _text(self, cells: list[Any], column: Column) -> str:
        return clean_text(self._raw(cells, column))

    def _read_name(self, candidate: Candidate, text: str) -> None:
        candidate.name = normalize_name(text)
        if not candidate.name:
            candidate.refuse(Column.NAME, Problem.EMPTY)
        elif not is_name(candidate.name):
            candidate.refuse(Column.NAME, Problem.NAME)

    def _read_number(self, candidate: Candidate, cells: list[Any]) -> None:
        raw, word = self._raw(cells, Column.NUMBER), self._text(cells, Column.KIND)
        kind = self._kinds.get(word) if word else IdentityKind.RESIDENT
        text = clean_text(raw)
        if not text:
            candidate.refuse(Column.NUMBER, Problem.EMPTY)
        elif is_number_cell(raw):
            candidate.refuse(Column.NUMBER, Problem.NUMBER_AS_NUMBER)
        if kind is None:
            known = "、".join(words.labels_of(IdentityKind))
            candidate.refuse(Column.KIND, Problem.KIND, value=shown(word), known=known)
        elif text:
            self._check_number(candidate, kind, normalize_identity_number(text, kind))

    def _check_number(self, candidate: Candidate, kind: IdentityKind, number: str) -> None:
        candidate.kind = kind
        if is_identity_number(number, kind):
            candidate.number = number
        elif kind is IdentityKind.RESIDENT:
            problem = resident_fault(number)
            detail = {"count": len(number)} if problem is Problem.NUMBER_LENGTH else {}
            candidate.refuse(Column.NUMBER, problem, **detail)
        else:
            label = words.labels_of(IdentityKind)[list(IdentityKind).index(kind)]
            candidate.refuse(Column.NUMBER, Problem.NUMBER_OTHER, document=label)

    def _read_contact(self, candidate: Candidate, cells: list[Any]) -> None:
        phone = self._text(cells, Column.PHONE)
        if phone:
            candidate.phone = normalize_phone(phone)
            if not is_phone(candidate.phone):
                candidate.refuse(Column.PHONE, Problem.PHONE)
        email = self._text(cells, Column.EMAIL)
        if email:
            candidate.email = normalize_email(email)
            if not is_email(candidate.email):
                candidate.refuse(Column.EMAIL, Problem.EMAIL)

    def _read_title(self, candidate: Candidate, cells: list[Any]) -> None:
        series = self._text(cells, Column.SERIES).removesuffix("系列")
        if series:
            candidate.profession = self._series.get(series)
            if candidate.profession is None:
                candidate.refuse(Column.SERIES, Problem.SERIES, value=shown(series))
        level = self._text(cells, Column.LEVEL)
        if level:
            candidate.title_level = self._levels.get(level)
            if candidate.title_level is None:
                known = "、".join(words.labels_of(TitleLevel))
                candidate.refuse(Column.LEVEL, Problem.LEVEL, value=shown(level), known=known)
