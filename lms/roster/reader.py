"""Reads a workbook or CSV in a process of its own: `python reader.py FORMAT MOST_ROWS` with the
file on standard input. Rows leave on standard output, marshalled in batches.

A workbook is a stranger's: one cell in the last corner of a sheet makes a reader ask for hundreds
of gigabytes, and a fault in native code takes its process along. Here it takes only this process,
which may use so much memory and processor time and no more. It imports nothing of the platform.
"""

import codecs
import csv
import datetime as dt
import io
import itertools
import marshal
import resource
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum
from python_calamine import SheetVisibleEnum as Visibility

MEMORY_BYTES = 480 * 1024 * 1024
PROCESSOR_SECONDS = 120
BATCH = 1000
SHEET = "人员信息"
_CHUNK = 1 << 20
_ENCODINGS = ("utf-8-sig", "gb18030")

Row = tuple[int, list[Any]]


class UnusableError(Exception):
    """The file cannot be used; the text is the value of a FileFault."""


def read(content: bytes, format: str) -> Iterator[Row]:
    """The number, from 1, and the cells of every row that holds anything; first (0, [total]).

    Raises UnusableError.
    """
    if format == "csv":
        yield from _numbered(_csv_rows(content), content.count(b"\n"))
        return
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = workbook.get_sheet_by_name(_sheet_name(workbook))
        offset = [""] * (sheet.start[1] if sheet.start else 0)
        rows = sheet.iter_rows() if sheet.start else iter(())
        yield from _numbered((offset + row for row in rows), sheet.total_height)
    except PasswordError as error:
        raise UnusableError("password") from error
    except CalamineError as error:
        raise UnusableError("damaged") from error


def _sheet_name(workbook: CalamineWorkbook) -> str:
    """The sheet of the template, or else the first that can be seen."""
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == Visibility.Visible
    ]
    if not names:
        raise UnusableError("no_rows")
    return SHEET if SHEET in names else names[0]


def _numbered(rows: Iterable[list[Any]], total: int) -> Iterator[Row]:
    yield 0, [total]
    for number, row in enumerate(rows, start=1):
        while row and (row[-1] == "" or row[-1] is None):
            row.pop()
        if row:
            yield number, [_plain(cell) for cell in row]


def _plain(cell: Any) -> Any:
    """Texts and numbers stay what they are; whether it was a number matters to the reader."""
    if isinstance(cell, str) or (isinstance(cell, (int, float)) and not isinstance(cell, bool)):
        return cell
    return cell.isoformat() if isinstance(cell, (dt.date, dt.time)) else str(cell)


def _csv_rows(content: bytes) -> Iterator[list[Any]]:
    encoding = encoding_of(content)
    text = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    first = next((line for line in text if line.strip()), "")
    text.seek(0)
    delimiter = max(",\t;", key=first.count)
    try:
        yield from csv.reader(text, delimiter=delimiter)
    except csv.Error as error:
        raise UnusableError("damaged") from error


def encoding_of(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, or else GB 18030."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in _ENCODINGS:
        if _is_text(content, encoding):
            return encoding
    raise UnusableError("wrong_type")


def _is_text(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(content)
    try:
        for start in range(0, len(content), _CHUNK):
            piece = decoder.decode(view[start : start + _CHUNK], start + _CHUNK >= len(content))
            if "\0" in piece:
                return False
    except UnicodeDecodeError:
        return False
    return True


def send(out: IO[bytes], rows: Iterator[Row], most_rows: int) -> None:
    """Write the rows in batches, each after its length; a dict at the end tells how it went."""
    end: dict[str, str] = {}
    left = most_rows + 2
    try:
        # A batch holds a list: iterating again would lose what came before a fault.
        while batch := list(itertools.islice(rows, BATCH)):
            left -= len(batch)
            if left < 0:
                raise UnusableError("too_many_rows")
            _write(out, batch)
    except UnusableError as unusable:
        end = {"fault": str(unusable)}
    _write(out, end)


def _write(out: IO[bytes], value: Any) -> None:
    data = marshal.dumps(value)
    out.write(len(data).to_bytes(4, "big"))
    out.write(data)
    out.flush()


def main() -> None:
    """Read standard input within the limits of memory and time."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    rows = read(sys.stdin.buffer.read(), sys.argv[1])
    try:
        send(sys.stdout.buffer, rows, int(sys.argv[2]))
    except MemoryError:
        _write(sys.stdout.buffer, {"fault": "too_large_unpacked"})


if __name__ == "__main__":
    main()
