"""Workbooks that a page hands out: sheets of a heading and rows, written row by row."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter


@dataclass(frozen=True)
class Sheet:
    """A sheet. A text stays a text whatever it begins with; a number stays a number.

    `widths` are those of the first columns, in characters. With `wraps` long texts go on below.
    """

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[str | int]]
    widths: Sequence[int] = ()
    wraps: bool = False


def write_workbook(*sheets: Sheet) -> bytes:
    """The sheets as an xlsx file; rows are taken as they are written, and none is kept."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        for sheet in sheets:
            _write_sheet(book, sheet)
    return out.getvalue()


def _write_sheet(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.title)
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    look = {"text_wrap": True, "valign": "top"} if sheet.wraps else {}
    plain, bold = book.add_format(look), book.add_format({**look, "bold": True})
    if sheet.headings:
        page.freeze_panes(1, 0)
        _write_row(page, 0, sheet.headings, bold)
    for place, row in enumerate(sheet.rows, start=1 if sheet.headings else 0):
        _write_row(page, place, row, plain)


def _write_row(page: Any, place: int, row: Sequence[str | int], look: Any) -> None:
    for column, value in enumerate(row):
        if isinstance(value, int):
            page.write_number(place, column, value, look)
        else:
            page.write_string(place, column, value, look)
