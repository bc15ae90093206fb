"""Setting the register form on pages: which rows stand on which, and which cells are merged.

A merged cell must not be torn by the end of a page, and its label belongs on each page it reaches;
so pages are made up here, by the heights of rows, and not by the renderer. Lengths are millimetres.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from lms.hourbank.statements.sections import (
    FIRST_HEADING,
    REGISTERED_ON,
    SECTIONS,
    SERIAL,
    SIGNED,
    Section,
    SectionCode,
)

# What templates/pdf/register.css allows: the table between head and foot of a page in landscape.
PAGE_HEIGHT = 166.0
HEADING_HEIGHT, ROW_HEIGHT, TOTAL_HEIGHT = 10.0, 7.4, 9.0
LINE_HEIGHT, PADDING = 4.2, 1.4
# Full-width characters in a line of each of the four columns.
COLUMN_CHARACTERS = (19, 10, 9, 7)
LABEL_COLUMNS = 3
LEAST_ROWS = 2


@dataclass(frozen=True)
class FormLine:
    """One entry as the form writes it; what is not known is empty."""

    title: str = ""
    organizer: str = ""
    held: str = ""
    place: str = ""
    sort: str = ""
    examined_by: str = ""
    level: str = ""
    registered_on: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Cell:
    """A merged cell at the left of the form."""

    text: str
    rows: int
    columns: int


@dataclass
class Row:
    """A row of the table: the labels that begin with it, and its eight texts."""

    cells: tuple[str, ...]
    height: float
    labels: list[Cell]
    is_heading: bool = False


Page = list[Row]
_Strip = tuple[Section, list[tuple[str, ...]]]


def pages_of(lines: Mapping[SectionCode, Sequence[FormLine]]) -> list[Page]:
    """The pages of the form, with its sections in their order and their rows numbered.

    A section has at least LEAST_ROWS rows, empty ones where nothing stands.
    """
    strips = _strips([(section, _texts(section, lines)) for section in SECTIONS])
    return [_page(strip) for strip in strips]


def _texts(
    section: Section, lines: Mapping[SectionCode, Sequence[FormLine]]
) -> list[tuple[str, ...]]:
    written = [
        (
            str(number),
            *(getattr(line, field) for field in section.fields),
            "",
            line.registered_on,
            line.hours,
        )
        for number, line in enumerate(lines.get(section.code, ()), start=1)
    ]
    empty = ("",) * (len(section.fields) + 4)
    return [*written, *[empty] * (LEAST_ROWS - len(written))]


def _strips(filled: Iterable[_Strip]) -> Iterator[list[_Strip]]:
    """What stands on each page; a heading never stands without a row below it."""
    page: list[_Strip] = []
    left = PAGE_HEIGHT - TOTAL_HEIGHT
    for section, rows in filled:
        begun = False
        for row in rows:
            needed = height_of(row) + (0 if begun else HEADING_HEIGHT)
            if needed > left and page:
                yield page
                page, left, begun = [], PAGE_HEIGHT - TOTAL_HEIGHT, False
                needed = height_of(row) + HEADING_HEIGHT
            if not begun:
                page.append((section, []))
                begun = True
            page[-1][1].append(row)
            left -= needed
    yield page


def height_of(texts: Sequence[str]) -> float:
    """The height of a row by the column whose text takes the most lines."""
    columns = zip(texts[1:5], COLUMN_CHARACTERS, strict=True)
    lines = max(math.ceil(_width(text) / characters) for text, characters in columns)
    return max(ROW_HEIGHT, lines * LINE_HEIGHT + PADDING)


def _width(text: str) -> float:
    """In full-width characters."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.6 for c in text)


def _page(strips: list[_Strip]) -> Page:
    page: Page = []
    for section, texts in strips:
        page.append(Row(_headings(section), HEADING_HEIGHT, [], is_heading=True))
        page.extend(Row(cells, height_of(cells), []) for cells in texts)
    _label(page, strips)
    return page


def _headings(section: Section) -> tuple[str, ...]:
    return (SERIAL, *section.headings, SIGNED, REGISTERED_ON, section.hours_heading)


def _label(page: Page, strips: list[_Strip]) -> None:
    """Give each row the merged cells that begin with it, from the outermost in."""
    place = 0
    for outermost, group in groupby(strips, lambda strip: strip[0].labels[0]):
        members = list(group)
        if members[0][0].code is SectionCode.PUBLIC:
            # The first heading of the form is that of the labels, too.
            page[place].labels.append(Cell(FIRST_HEADING, 1, LABEL_COLUMNS))
            rows = len(members[0][1])
            page[place + 1].labels.append(Cell(outermost, rows, LABEL_COLUMNS))
            place += rows + 1
            continue
        page[place].labels.append(Cell(outermost, sum(map(_rows_of, members)), 1))
        place = _label_inside(page, members, place)


def _label_inside(page: Page, strips: list[_Strip], place: int) -> int:
    for label, group in groupby(strips, lambda strip: strip[0].labels[1]):
        members = list(group)
        has_inner = len(members[0][0].labels) > 2
        columns = 1 if has_inner else LABEL_COLUMNS - 1
        page[place].labels.append(Cell(label, sum(map(_rows_of, members)), columns))
        for section, texts in members:
            if has_inner:
                page[place].labels.append(Cell(section.labels[2], len(texts) + 1, 1))
            place += len(texts) + 1
    return place


def _rows_of(strip: _Strip) -> int:
    return len(strip[1]) + 1
