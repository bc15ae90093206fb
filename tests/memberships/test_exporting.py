"""The file is built before the transaction that tells of it, which is short."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db
from lms.memberships import exporting
from tests.accounts.slow_work import outside
from tests.factories import PersonFactory
from tests.memberships.support import manager_of, unit
from tests.support import sign_in


def test_nobody_waits_while_the_file_is_built(app, client, monkeypatch):
    school = unit(name="日照市第一中学")
    PersonFactory(unit=school)
    sign_in(client, manager_of(school))
    for name in ("people_page", "_csv"):
        monkeypatch.setattr(exporting, name, outside(getattr(exporting, name)))
    assert client.post("/manage/people/export", data={"format": "csv"}).status_code == 200
    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_PEOPLE_EXPORT.value)
    assert len(db.session.scalars(query).all()) == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_name_that_no_workbook_can_hold_stops_no_export(app, client, kind):
    """Names are refused that are so; those of before were not."""
    school = unit(name="一\x0b\uffff校")
    PersonFactory(unit=school)
    sign_in(client, manager_of(school))
    answer = client.post("/manage/people/export", data={"format": kind})
    assert answer.status_code == 200
    if kind == "xlsx":
        sheet = load_workbook(io.BytesIO(answer.data)).active
        assert [cells[4].value for cells in sheet.rows] == ["单位", "一校"]
    else:
        assert "一校" in answer.data.decode("utf-8-sig")
