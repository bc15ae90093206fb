"""Workbooks and CSV files as rows of texts, and back."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l
from python_calamine import CalamineError, CalamineWorkbook

from lms.core.errors import Invalid
from lms.questions.formats.files import MAX_BYTES, ZIP_MAGIC, decode_text, open_package
from lms.questions.formats.reading import MOST_QUESTIONS
from lms.questions.rules import printable
from lms.web.workbooks import Sheet, write_workbook

_LONG = ("题干", "解析", "问题")
# Characters.
_WIDE, _NARROW = 48, 16


def read_rows(content: bytes) -> list[list[str]]:
    """The first sheet of an xlsx file, or a CSV file, as rows of trimmed texts.

    Raises Invalid (field "file") with the reason for anything else, and for what is too large.
    """
    if not content:
        raise Invalid(_l("文件是空的，请重新选择。"), field="file")
    if len(content) > MAX_BYTES:
        raise Invalid(_l("文件超过 4 MB，请分几次导入。"), field="file")
    rows = _read_workbook(content) if content.startswith(ZIP_MAGIC) else _read_csv(content)
    # The heading and one row more than allowed, so that too many are noticed.
    if len(rows) > MOST_QUESTIONS + 1:
        raise Invalid(_l("一次最多导入 1000 行，请分几次导入。"), field="file")
    return rows


def _read_workbook(content: bytes) -> list[list[str]]:
    open_package(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        cells = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        message = _l("无法读取这个文件，请使用模板（xlsx）重新填写。")
        raise Invalid(message, field="file") from error
    return [[_text(cell) for cell in row] for row in cells]


def _text(cell: object) -> str:
    # A workbook keeps every number as a float; 90 was typed, 90.0 is stored.
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _read_csv(content: bytes) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(decode_text(content), newline=""), strict=True)
        return [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise Invalid(_l("这不是 xlsx 或 csv 文件，请使用模板重新填写。"), field="file") from error


def write_table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str] = ()
) -> bytes:
    """An xlsx file with one table, and a second sheet of notes if there are any."""
    # Texts of before such characters were refused at the form may still hold some.
    cells = ([printable(value) for value in row] for row in rows)
    widths = [_WIDE if heading in _LONG else _NARROW for heading in headings]
    sheets = [Sheet(title, headings, cells, widths, wraps=True)]
    if notes:
        sheets.append(Sheet("说明", (), ([note] for note in notes), (100,)))
    return write_workbook(*sheets)
