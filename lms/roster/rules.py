"""Headings, cells and numbers of a roster: what is meant by what is written."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from lms.accounts.rules import resident_check_character
from lms.roster.enums import Problem

HEADER_ROWS = 10
MOST_COLUMNS = 256
_NOTES = re.compile(r"[（(\[【].*?[)）\]】]|[*＊:：\s]")
_EXPONENT = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+[0-9]+|[0-9]+\.[0-9]+[eE][0-9]+")
_FORCED_TEXT = re.compile(r'="([^"]*)"|\'(.*)')
_LONG_NUMBER = re.compile(r"[0-9](?:[\s\-]*[0-9]){6,}")
LONGEST_SHOWN = 40


class Column(Enum):
    """A column of the workbook 专业技术人员信息导入表, by its heading.

    The words of a file are fixed, whatever language the page is in: files travel.
    """

    NAME = "姓名"
    KIND = "证件类型"
    NUMBER = "证件号码"
    PHONE = "手机号码"
    EMAIL = "电子邮箱"
    UNIT = "工作单位"
    SERIES = "职称系列"
    LEVEL = "职称级别"


REQUIRED = (Column.NAME, Column.NUMBER)
ERROR_HEADING = "错误原因"
# How other programs' exports name the same columns.
_ALIASES = {
    "身份证号": Column.NUMBER,
    "身份证号码": Column.NUMBER,
    "身份证件号码": Column.NUMBER,
    "证件号": Column.NUMBER,
    "证件种类": Column.KIND,
    "手机": Column.PHONE,
    "手机号": Column.PHONE,
    "联系电话": Column.PHONE,
    "邮箱": Column.EMAIL,
    "电子邮件": Column.EMAIL,
    "单位": Column.UNIT,
    "单位名称": Column.UNIT,
    "所在单位": Column.UNIT,
    "统一社会信用代码": Column.UNIT,
    "职称等级": Column.LEVEL,
}
_BY_HEADING = {column.value: column for column in Column} | _ALIASES


@dataclass(frozen=True)
class Header:
    """Where the columns are: the row of the headings, the place (from 0) of each, and repeats."""

    row: int
    places: dict[Column, int]
    repeated: tuple[Column, ...]
    width: int
    error_place: int | None


def find_header(row: int, cells: Sequence[object]) -> Header | None:
    """The header if this row is one: it names at least two columns, among them name or number."""
    places: dict[Column, int] = {}
    repeated: list[Column] = []
    error_place = None
    for place, cell in enumerate(cells[:MOST_COLUMNS]):
        heading = _NOTES.sub("", str(cell))
        column = _BY_HEADING.get(heading)
        if heading == ERROR_HEADING:
            error_place = place
        if column is None:
            continue
        if column in places:
            repeated.append(column)
        places.setdefault(column, place)
    if len(places) < 2 or not places.keys() & set(REQUIRED):
        return None
    return Header(row, places, tuple(repeated), len(cells), error_place)


def clean_text(cell: object) -> str:
    """What a cell says, without the spaces around it and tricks that force text in a CSV.

    A whole number (a phone kept as a number) loses the ".0" that a workbook gives it.
    """
    if isinstance(cell, str):
        text = cell.strip()
        forced = _FORCED_TEXT.fullmatch(text) if text[:1] in "='" and text else None
        return (forced[1] or forced[2] or "").strip() if forced else text
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def is_number_cell(cell: object) -> bool:
    """Whether digits have gone: a number of 18 digits fits no number cell (IEEE 754, 15 to 17)."""
    if isinstance(cell, (int, float)):
        return True
    return isinstance(cell, str) and _EXPONENT.fullmatch(clean_text(cell)) is not None


def resident_fault(number: str) -> Problem:
    """Why a normalized number, known to be wrong, is no resident identity number (GB 11643)."""
    if len(number) != 18:
        is_old = len(number) == 15 and number.isdecimal()
        return Problem.NUMBER_OLD if is_old else Problem.NUMBER_LENGTH
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return Problem.NUMBER_SIGNS
    is_check = number[17] != resident_check_character(number[:17])
    return Problem.NUMBER_CHECK if is_check else Problem.NUMBER_BIRTHDAY


def shown(text: str) -> str:
    """The beginning of a text, long numbers blotted out.

    Whoever shifts a column puts identity numbers where a unit's name belongs; what is told about
    a cell is kept and shown, so no number may be in it.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = _LONG_NUMBER.sub(lambda found: found[0][:3] + "***", plain)
    return plain if len(plain) <= LONGEST_SHOWN else plain[:LONGEST_SHOWN] + "…"


def column_letter(place: int) -> str:
    """0 is A, 25 is Z, 26 is AA: the column as the program that shows the sheet names it."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
