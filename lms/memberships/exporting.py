"""The list of people as a file: numbers masked, and no cell that a spreadsheet would calculate."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.core.audit import AuditTag, record
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.memberships.queries import PeopleFilter, people_page
from lms.web.downloads import CSV, XLSX, safe_cell
from lms.web.paging import FIRST, Place
from lms.web.workbooks import Sheet, write_workbook

FORMATS = {"xlsx": XLSX, "csv": CSV}
MOST_ROWS = 20_000
_CHUNK = 500
_HEADINGS = (
    *(_l("姓名"), _l("证件类型"), _l("证件号码"), _l("手机号码"), _l("单位"), _l("职称系列")),
    *(_l("职称级别"), _l("状态"), _l("账号")),
)


def export_people(actor: Person, wanted: PeopleFilter, kind: str) -> bytes:
    """What `people_page` shows, all of it, as "xlsx" or "csv". The audit trail tells of it.

    Twenty thousand rows take a while, in which nobody else's writing should wait; so the file is
    built before the transaction that tells of it, and goes out after. Not to be called in another.
    Raises Conflict for more than MOST_ROWS people: such a file is to be narrowed first.
    """
    rows = list(_rows(actor, wanted))
    content = _workbook(rows) if kind == "xlsx" else _csv(rows)
    with transaction():
        record(
            AuditTag.ACCOUNTS_PEOPLE_EXPORT,
            actor.id,
            "people",
            format=kind,
            rows=len(rows),
            unit=wanted.unit_id,
            is_former=wanted.is_former,
        )
    return content


def _rows(actor: Person, wanted: PeopleFilter) -> Iterator[list[str]]:
    place: Place | None = FIRST
    count = 0
    while place is not None:
        page = people_page(actor, wanted, place, _CHUNK)
        count += len(page.rows)
        if count > MOST_ROWS:
            text = _l("人员超过 %(count)s 名，请先筛选（例如按单位）再导出。", count=MOST_ROWS)
            raise Conflict(text)
        yield from map(_row, page.rows)
        place = page.next


def _row(person: Person) -> list[str]:
    texts: list[Any] = [
        person.name,
        person.identity_kind.label,
        person.masked_identity,
        person.masked_phone,
        person.unit.name if person.unit else "",
        person.profession.label if person.profession else "",
        person.title_level.label if person.title_level else "",
        person.state.label,
        _("已激活") if person.is_activated else _("未激活"),
    ]
    return [safe_cell(str(text)) for text in texts]


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([str(heading) for heading in _HEADINGS])
    writer.writerows(rows)
    # The mark tells spreadsheets that it is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _workbook(rows: list[list[str]]) -> bytes:
    return write_workbook(Sheet("people", [str(heading) for heading in _HEADINGS], rows))
