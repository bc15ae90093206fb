"""The filtered events as a file: CSV or a workbook, written while it is sent."""

import csv
import io
import tempfile
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.auditing.queries import EventFilter, Scope, older_events
from lms.auditing.rows import EventRow, rows_of
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.enums import LabelledEnum
from lms.web.downloads import safe_cell

MOST_ROWS = 100_000
_BATCH = 1000
_CHUNK_BYTES = 256 * 1024


class ExportFormat(LabelledEnum):
    CSV = "csv", _l("CSV 文件")
    XLSX = "xlsx", _l("Excel 工作簿")


def record_export(actor: Person, wanted: EventFilter, form: ExportFormat) -> None:
    """Note who takes which events away, before the first of them leaves."""
    asked: dict[str, Any] = {
        "since": wanted.since.isoformat() if wanted.since else None,
        "until": wanted.until.isoformat() if wanted.until else None,
        "actor": wanted.actor_id,
        "deed": wanted.tag or None,
        "record": wanted.subject or None,
        "organization": list(wanted.organization_ids) if wanted.organization_ids else None,
        "address": wanted.address or None,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    record(
        AuditTag.AUDIT_EVENTS_EXPORT,
        actor.id,
        f"person:{actor.id}",
        format=form.value,
        limit=MOST_ROWS,
        **given,
    )


def headings() -> list[str]:
    """The first line."""
    return [
        _("编号"),
        _("时间"),
        _("操作人"),
        _("操作人用户名"),
        _("操作人证件号码"),
        _("操作"),
        _("操作代码"),
        _("对象"),
        _("对象代码"),
        _("机构"),
        _("来源地址"),
        _("详情"),
    ]


def lines(scope: Scope, wanted: EventFilter) -> Iterator[list[str]]:
    """The events as texts, the newest first, MOST_ROWS at most; read batch by batch."""
    below: int | None = None
    for _batch in range(MOST_ROWS // _BATCH):
        events = older_events(scope, wanted, below, _BATCH)
        yield from (_line(row) for row in rows_of(None, events))
        if len(events) < _BATCH:
            return
        below = events[-1].id
        # No transaction stays open for as long as somebody downloads.
        db.session.rollback()


def _line(row: EventRow) -> list[str]:
    event, actor = row.event, row.actor
    cells = [
        event.id,
        format_datetime(event.happened_at, "yyyy-MM-dd HH:mm:ss"),
        actor.name if actor else (event.actor_id or _("系统")),
        actor.username if actor else "",
        actor.masked_identity if actor else "",
        row.action,
        event.tag,
        row.subject.text,
        event.subject,
        row.organization,
        event.address,
        _("；").join(f"{label}：{value}" for label, value in row.details),
    ]
    return [safe_cell("" if cell is None else str(cell)) for cell in cells]


def csv_file(rows: Iterator[list[str]]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, without which Excel takes it for another encoding."""
    yield b"\xef\xbb\xbf"
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(headings())
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > _CHUNK_BYTES:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def xlsx_file(rows: Iterator[list[str]]) -> Iterator[bytes]:
    """A workbook of texts, written row by row to a file that is gone once it is sent."""
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        workbook = xlsxwriter.Workbook(file, options)
        sheet = workbook.add_worksheet(_("审计记录"))
        sheet.freeze_panes(1, 0)
        _set_widths(sheet)
        _write_row(sheet, 0, headings(), workbook.add_format({"bold": True}))
        for place, row in enumerate(rows, start=1):
            _write_row(sheet, place, row)
        workbook.close()
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _set_widths(sheet: Any) -> None:
    for column, width in enumerate((10, 20, 12, 16, 22, 20, 28, 20, 18, 28, 16, 60)):
        sheet.set_column(column, column, width)


def _write_row(sheet: Any, place: int, row: list[str], style: Any = None) -> None:
    for column, cell in enumerate(row):
        sheet.write_string(place, column, cell, style)
