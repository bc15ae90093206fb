"""The file is built before the transaction that tells of it, which is short."""

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
