"""The workbook of a unit's people, with errors planted, and mended as its manager would."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from lms.accounts.rules import resident_check_character

HEADERS = (
    "姓名",
    "证件类型",
    "证件号码",
    "手机号码",
    "电子邮箱",
    "工作单位",
    "职称系列",
    "职称级别",
)
_FAMILIES = "王李张刘陈杨赵黄周吴"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


def identity_number(number: int) -> str:
    """A resident's number of this place in the workbook."""
    first_17 = f"37110219850607{number:03d}"
    return first_17 + resident_check_character(first_17)


def person_name(number: int) -> str:
    """A name of two or three characters, not the same for neighbours."""
    given = _GIVEN[number % 20] + (_GIVEN[number // 10 % 20] if number % 3 else "")
    return _FAMILIES[number % 10] + given


@dataclass(frozen=True)
class Planted:
    """An error: in which person's row and which column, what stands there, what ought to."""

    number: int
    column: str
    wrong: Callable[[int], Any]
    right: Callable[[int], Any]

    @property
    def row(self) -> int:
        """The row in the sheet; the header is row 1 and people count from 1."""
        return self.number + 1


def phone(number: int) -> str:
    """A mobile number of this place in the workbook."""
    return f"139{number:08d}"


PLANTED = (
    Planted(7, "证件号码", lambda n: int(identity_number(n)[:17] + "0"), identity_number),
    Planted(23, "证件号码", lambda n: _wrong_check(identity_number(n)), identity_number),
    Planted(58, "证件号码", lambda n: identity_number(n - 1), identity_number),
    Planted(91, "姓名", lambda _n: "", person_name),
    Planted(120, "手机号码", lambda _n: "12345", phone),
    Planted(144, "工作单位", lambda _n: "并不存在的单位", lambda _n: ""),
    Planted(199, "职称级别", lambda _n: "特级", lambda _n: "中级"),
)


def _wrong_check(number: str) -> str:
    return number[:17] + ("1" if number[17] != "1" else "2")


def write_workbook(path: Path, count: int) -> None:
    """`count` people with the errors of PLANTED, as Excel would save them."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADERS)
    for number in range(1, count + 1):
        sheet.append(_row(number))
    for planted in PLANTED:
        _set(sheet, planted, planted.wrong(planted.number))
    book.save(path)


def _row(number: int) -> list[Any]:
    return [
        person_name(number),
        "居民身份证",
        identity_number(number),
        phone(number),
        "",
        "",
        "工程技术人员",
        "中级",
    ]


def mend_workbook(marked: Path, mended: Path) -> None:
    """Put right in the marked workbook what was wrong, and leave its remarks where they are."""
    book = load_workbook(marked)
    sheet = book.worksheets[0]
    for planted in PLANTED:
        _set(sheet, planted, planted.right(planted.number))
    book.save(mended)


def _set(sheet: Worksheet, planted: Planted, value: Any) -> None:
    headers = [str(cell.value or "").rstrip("*") for cell in sheet[1]]
    sheet.cell(planted.row, headers.index(planted.column) + 1).value = value
