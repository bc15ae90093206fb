"""The workbook back, as it was uploaded, with what is wrong beside the cells."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext as _
from sqlalchemy import select

from lms.core.db import db, transaction
from lms.roster import jobs
from lms.roster.enums import Problem, SheetFormat
from lms.roster.jobs import Job
from lms.roster.models import RosterProblem
from lms.roster.reader import SHEET
from lms.roster.reading import Row, read_batches
from lms.roster.rules import ERROR_HEADING, MOST_COLUMNS, Column, Header
from lms.roster.storage import MARKED, UPLOAD, SealedWriter, pieces_of
from lms.roster.xlsx import Style, WorkbookWriter, cell

# A sheet with more comments than this opens slowly; the column of errors says all of them.
MOST_COMMENTS = 5000
_PROBLEMS_AT_ONCE = 2000
_WIDTHS = {Column.NUMBER: 24, Column.PHONE: 16, Column.EMAIL: 24, Column.UNIT: 32}
_AS_TEXT = (Column.NUMBER, Column.PHONE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong with a cell: its row from 1, its column from 0, the heading, the reason."""

    row: int
    column: int
    heading: str
    text: str


RowMarks = tuple[int, list[Mark]]


class Marker:
    """Writes one marked workbook, row by row as they are read again."""

    def __init__(self, book: WorkbookWriter, header: Header, problems: Iterator[RowMarks]) -> None:
        self._book = book
        self._header = header
        # Beside everything, or where a workbook that was marked before has its errors.
        place = header.error_place
        self._error_place = header.width if place is None else place
        self._text_places = {header.places[c] for c in _AS_TEXT if c in header.places}
        self._problems = problems
        self._next: RowMarks | None = next(problems, None)
        self._comments = 0
        self.marked_rows = 0

    def begin(self) -> None:
        """Begin the sheet with the columns of the uploaded one."""
        widths = [16.0] * self._error_place + [60.0]
        for column, place in self._header.places.items():
            widths[place] = _WIDTHS.get(column, 14)
        self._book.begin_sheet(SHEET, widths, frozen_rows=self._header.row)

    def write(self, row: Row) -> None:
        """Write a row as it was, and what is wrong in it."""
        number, cells = row
        problems = self._problems_of(number)
        bad = {mark.column: mark for mark in problems}
        cells = [*cells, *[""] * (max(bad, default=0) + 1 - len(cells))]
        written = [
            cell(place, number, value, self._style(number, place, bad))
            for place, value in enumerate(cells)
            if place != self._error_place and (value != "" or place in bad)
        ]
        errors = self._errors(number, problems)
        if errors:
            # Cells of a row stand in order, and the errors need not be the last of them.
            written.append(cell(self._error_place, number, errors, self._error_style(number)))
            written.sort(key=_column_of)
        for place, problem in bad.items():
            self._comment(place, number, problem.text)
        self._book.write_row(number, "".join(written))

    def _problems_of(self, number: int) -> list[Mark]:
        if self._next is None or self._next[0] != number:
            return []
        found = self._next[1]
        self._next = next(self._problems, None)
        self.marked_rows += 1
        return found

    def _errors(self, number: int, problems: list[Mark]) -> str:
        if number == self._header.row:
            return ERROR_HEADING
        return "\n".join(f"{each.heading}：{each.text}" for each in problems)

    def _style(self, number: int, place: int, bad: dict[int, Mark]) -> Style:
        if place in bad:
            return Style.BAD
        if number == self._header.row:
            return Style.HEADING
        return Style.TEXT if place in self._text_places else Style.PLAIN

    def _error_style(self, number: int) -> Style:
        return Style.HEADING if number == self._header.row else Style.ERROR

    def _comment(self, place: int, number: int, text: str) -> None:
        self._comments += 1
        if self._comments <= MOST_COMMENTS:
            self._book.comment(place, number, text)

    def summarize(self) -> None:
        """A second sheet: how many rows and cells, and what to do next."""
        lines = [
            _("检查结果"),
            _("有错误的行数：%(count)s", count=self.marked_rows),
            _("有错误的单元格数：%(count)s", count=self._comments),
            _("红色单元格需要改正，原因写在批注和“%(name)s”一列里。", name=ERROR_HEADING),
            _("改正后可以直接上传这个文件，“%(name)s”一列会被忽略。", name=ERROR_HEADING),
            _("已经导入的人员不会重复。"),
        ]
        if self._comments > MOST_COMMENTS:
            lines.append(_("错误较多，只有前 %(count)s 处带批注。", count=MOST_COMMENTS))
        self._book.begin_sheet(_("检查结果"), [90])
        for number, line in enumerate(lines, start=1):
            style = Style.HEADING if number == 1 else Style.WRAPPED
            self._book.write_row(number, cell(0, number, line, style))
        self._book.end_sheet()


def _column_of(written: str) -> tuple[int, str]:
    """What orders cells of a row: A to Z before AA."""
    name = written[6 : written.index('"', 6)].rstrip("0123456789")
    return len(name), name


def _marks(import_id: int) -> Iterator[RowMarks]:
    """What is wrong, row by row in the order of the sheet."""
    for number, group in groupby(_problems(import_id), key=lambda mark: mark.row):
        yield number, list(group)


def _problems(import_id: int) -> Iterator[Mark]:
    """Every problem in order, some at a time, so that no transaction stays open meanwhile."""
    reasons = {kind: str(kind.label) for kind in Problem}
    columns = RosterProblem.place, RosterProblem.heading, RosterProblem.kind, RosterProblem.detail
    after = -1
    while True:
        query = (
            select(*columns)
            .where(RosterProblem.import_id == import_id, RosterProblem.place > after)
            .order_by(RosterProblem.place)
            .limit(_PROBLEMS_AT_ONCE)
        )
        some = db.session.execute(query).all()
        db.session.rollback()
        for place, heading, kind, detail in some:
            row, column = divmod(place, MOST_COLUMNS)
            yield Mark(row, column, heading, reasons[kind] % detail)
        if len(some) < _PROBLEMS_AT_ONCE:
            return
        after = some[-1].place


def write_marked(job: Job, format: SheetFormat, header: Header, begin: int, end: int) -> None:
    """Make the marked workbook, encrypted as it is written; progress goes from `begin` to `end`."""
    writer = SealedWriter(job.key, MARKED)
    try:
        book = WorkbookWriter(writer)
        marker = Marker(book, header, _marks(job.import_id))
        marker.begin()
        total = 1
        for batch in read_batches(pieces_of(job.key, UPLOAD), format):
            for row in batch:
                if row[0] == 0:
                    total = max(1, row[1][0])
                else:
                    marker.write(row)
            with transaction():
                jobs.beat(job, min(end, begin + (end - begin) * batch[-1][0] // total))
        book.end_sheet()
        marker.summarize()
        book.close()
        writer.close()
    except BaseException:
        writer.abandon()
        raise
