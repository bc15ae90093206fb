import csv
import io

import openpyxl
import pytest
from sqlalchemy import select

from lms.auditing import export
from lms.core.audit import AuditEvent, AuditTag, record
from lms.core.db import db, transaction
from lms.core.permissions import Role
from tests.auditing.test_views import (  # noqa: F401 - fixtures
    _bureau,
    _note,
    auditor,
    city,
    elsewhere,
    province,
    unit,
)
from tests.factories import PersonFactory, PostFactory
from tests.factories.accounts import identity_number
from tests.support import sign_in


@pytest.fixture
def download(client, auditor):  # noqa: F811
    sign_in(client, auditor)

    def post(form="csv", **arguments):
        # Read while the request lives, as a web server does.
        return client.post(
            "/manage/audit/export", query_string=arguments, data={"format": form}, buffered=True
        )

    return post


def _csv(answer):
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_csv_holds_the_filtered_events_of_the_auditor(download, unit, elsewhere, clock):  # noqa: F811
    officer = PersonFactory(name="李建国", unit=unit, identity_number=identity_number(3))
    _note(unit=unit, actor=officer, subject="roster:1", new=3)
    _note(unit=unit, subject="order:2", tag=AuditTag.PAYMENTS_ORDER_PAY)
    _note(unit=elsewhere, subject="roster:3")
    answer = download(tag="accounts:roster:apply")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    head, *rows = _csv(answer)
    assert head[0] == "编号"
    assert [row[8] for row in rows] == ["roster:1"]
    assert rows[0][1:3] == ["2025-06-02 12:00:00", "李建国"]
    assert rows[0][4] == officer.masked_identity
    assert rows[0][11] == "新增：3"
    assert identity_number(3) not in answer.text


def test_workbook_holds_the_same(download, unit, clock):  # noqa: F811
    _note(unit=unit, subject="roster:1", new=3)
    answer = download("xlsx", tag="accounts:roster:apply")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "编号"
    assert rows[1][8] == "roster:1"
    assert len(rows) == 2


def test_export_is_recorded_before_it_begins(download, unit, auditor, clock, monkeypatch):  # noqa: F811
    """Who breaks the download off has taken rows all the same."""

    def broken(*_args):
        raise OSError

    monkeypatch.setattr(export, "older_events", broken)
    with pytest.raises(OSError):  # noqa: PT011 - any
        download(tag="accounts:", since="2025-06-01")
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.tag == AuditTag.AUDIT_EVENTS_EXPORT.value)
    ).one()
    assert event.actor_id == auditor.id
    assert event.detail == {
        "format": "csv",
        "limit": export.MOST_ROWS,
        "since": "2025-06-01",
        "deed": "accounts:",
    }


def test_export_ends_at_the_stated_number_of_rows(download, unit, clock, monkeypatch):  # noqa: F811
    monkeypatch.setattr(export, "MOST_ROWS", 20)
    monkeypatch.setattr(export, "_BATCH", 5)
    for number in range(30):
        _note(unit=unit, subject=f"roster:{number}")
    _head, *rows = _csv(download(tag="accounts:roster:apply"))
    assert [row[8] for row in rows] == [f"roster:{number}" for number in range(29, 9, -1)]


def test_formula_in_a_detail_is_harmless(download, unit, clock):  # noqa: F811
    with transaction():
        record(AuditTag.ACCOUNTS_ROSTER_APPLY, None, "=1+1", organization_id=unit.id)
    _head, *rows = _csv(download(tag="accounts:roster:apply"))
    assert rows[0][8] == "'=1+1"


def test_unknown_format_is_refused_and_not_recorded(download, clock):
    assert download("exe").status_code == 422
    tags = set(db.session.scalars(select(AuditEvent.tag)))
    assert AuditTag.AUDIT_EVENTS_EXPORT.value not in tags


def test_officers_who_are_no_auditors_export_nothing(client, city):  # noqa: F811
    sign_in(client, PostFactory(organization=city, role=Role.BUREAU_OFFICER).person)
    assert client.post("/manage/audit/export", data={"format": "csv"}).status_code == 403
