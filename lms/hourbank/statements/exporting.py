"""The list of who is at risk as a workbook: numbers masked, no cell that a spreadsheet runs."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.core.audit import AuditTag, record
from lms.core.db import transaction
from lms.core.errors import Conflict
from lms.hourbank.statements.risk import RiskFilter, RiskRow, count_rows, every_row
from lms.web.downloads import safe_cell
from lms.web.workbooks import Sheet, write_workbook

MOST_ROWS = 100_000
_HEADINGS = (
    *(_l("姓名"), _l("证件号码"), _l("单位"), _l("年度")),
    *(_l("公需科目"), _l("公需科目还差"), _l("专业科目"), _l("专业科目还差")),
    *(_l("合计"), _l("共差"), _l("结论")),
)
_WIDTHS = (12, 22, 36, 8, 10, 14, 10, 14, 10, 10, 12)


def export_risk(actor: Person, wanted: RiskFilter) -> bytes:
    """All of the list as it is filtered, as an xlsx file. The audit trail tells of it.

    The file is built before the transaction that tells of it. Not to be called in another. Raises
    Conflict for more than MOST_ROWS people: such a file is to be narrowed first.
    """
    count = count_rows(actor, wanted)
    if count > MOST_ROWS:
        text = _l("人员超过 %(count)s 名，请先筛选（例如按单位）再导出。", count=MOST_ROWS)
        raise Conflict(text)
    headings = [str(heading) for heading in _HEADINGS]
    rows = (_cells(row, wanted.year) for row in every_row(actor, wanted))
    content = write_workbook(Sheet(_("学时达标情况"), headings, rows, _WIDTHS))
    with transaction():
        record(
            AuditTag.BANK_STATEMENTS_EXPORT,
            actor.id,
            "people",
            year=wanted.year,
            rows=count,
            unit=wanted.unit_id,
        )
    return content


def _cells(row: RiskRow, year: int) -> list[str | int]:
    hours = (row.public, row.short_public, row.professional, row.short_professional)
    return [
        safe_cell(row.name),
        row.masked_identity,
        safe_cell(row.unit_name),
        year,
        *map(str, (*hours, row.total, row.short)),
        str(row.standing.label),
    ]
