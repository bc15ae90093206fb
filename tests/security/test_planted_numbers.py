"""A thousand identity numbers go the whole way, and none is found in clear afterwards.

They come in a workbook, are listed, searched, exported, handed codes and used to sign in. The
marked workbook is not searched: its uploader gets back what they sent, and nobody else gets it.
"""

import io
import logging
import re
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core.db import Base, db
from lms.core.permissions import Role
from lms.memberships import finding
from lms.organizations.models import OrganizationKind
from lms.roster.models import RosterImport
from lms.web.auth import TOKEN, access_of
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.factories.accounts import identity_number
from tests.roster.support import row, workbook
from tests.security.support import address_of, routes
from tests.support import sign_in

COUNT = 1000
FIRST = 300_000
PLANTED = [identity_number(FIRST + number) for number in range(COUNT)]
# Region and birthday with the sequence: what no mask shows. The seventeen digits say as much as
# the whole number, because the last character follows from them.
_HEADS = frozenset(number[:17].encode() for number in PLANTED)
_RUNS = re.compile(rb"(?=(\d{17}))")


def planted_in(data: bytes) -> list[bytes]:
    """The planted numbers in `data`, by their first seventeen digits."""
    return [found for found in _RUNS.findall(data) if found in _HEADS]


def roster(count: int = COUNT) -> bytes:
    """The workbook that holds them, with one row that is refused."""
    rows = [row(n, 证件号码=number) for n, number in enumerate(PLANTED[:count])]
    rows.append(row(5000, 证件号码=PLANTED[0][:17] + "Y"))
    return workbook(rows)


@pytest.fixture
def unit(app):
    return OrganizationFactory(kind=OrganizationKind.UNIT, name="万山制造有限公司")


@pytest.fixture
def manager(app, unit):
    person = PersonFactory(unit=unit)
    PostFactory(person=person, organization=unit, role=Role.UNIT_MANAGER)
    return sign_in(app.test_client(), person)


@pytest.fixture
def answers(app, clock, tasks, caplog, manager, unit):
    """Import, list, search, export, issue codes, and try to sign in; all that was answered."""
    caplog.set_level(logging.DEBUG)
    sent = {"file": (io.BytesIO(roster()), "名单.xlsx")}
    said = [manager.post("/manage/roster", data=sent, content_type="multipart/form-data")]
    queued = repr(tasks.queued)
    tasks.run_all()
    made = db.session.scalars(select(RosterImport)).one()
    said.append(manager.get(f"/manage/roster/{made.id}"))
    apply = {"checks": made.checks}
    said.append(manager.post(f"/manage/roster/{made.id}/apply", data=apply))
    queued += repr(tasks.queued)
    tasks.run_all()
    said += [manager.post("/manage/people/search", data={"q": number}) for number in PLANTED[:20]]
    said.append(manager.post("/manage/people/codes", data={"unit_id": unit.id}))
    said += [manager.get(f"/manage/roster/{made.id}"), manager.get("/manage/people")]
    _try_to_get_in(app.test_client())
    queued += repr(tasks.queued)
    return [answer.data for answer in said] + [queued.encode()]


def _try_to_get_in(client):
    """Forms show what was typed to whoever typed it, and no other number."""
    for number in PLANTED[:20]:
        for answer in (
            client.post("/sign-in", data={"login": number, "password": "wrong"}),
            client.post("/activate", data={"login": number, "code": "ABCDEFGHJK"}),
            client.post("/reset", data={"login": number}),
            client.post("/register", data={"identity_number": number, "name": "王刚"}),
        ):
            assert set(planted_in(answer.data)) <= {number[:17].encode()}
            assert number[:17] not in answer.headers.get("Location", "")


def test_a_thousand_numbers_go_the_whole_way_and_none_is_found_in_clear(
    answers, app, unit, manager, caplog, monkeypatch
):
    """One journey, searched from end to end: making it again for each search takes too long."""
    _see_that_they_were_imported()
    assert len(answers) > 25
    assert [found for data in answers for found in planted_in(data)] == []
    _search_tables()
    _search_files(app)
    visitors = [PostFactory(role=role).person for role in Role] + [PersonFactory(unit=unit)]
    looked = sum(_search_pages(app, sign_in(app.test_client(), each)) for each in visitors)
    assert looked > 60
    _search_export(manager)
    _search_logs(caplog, manager, monkeypatch)


def _see_that_they_were_imported():
    """Without this the searches would search an empty house."""
    imported = select(func.count()).select_from(Person).where(Person.password_hash.is_(None))
    assert (db.session.scalar(imported) or 0) >= COUNT


def _search_tables():
    searched = 0
    for table in Base.metadata.sorted_tables:
        for each in db.session.execute(table.select()):
            for value in each:
                data = value if isinstance(value, bytes) else str(value).encode()
                assert planted_in(data) == [], table.name
                searched += 1
    assert searched > 20 * COUNT


def _search_files(app):
    """Neither the database's own files nor anything else that is kept."""
    settings = app.extensions["settings"]
    db.session.rollback()
    roots = {Path(settings.var_dir).parent, settings.media_path}
    files = [path for root in roots for path in root.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if planted_in(path.read_bytes())] == []


def _search_pages(app, client) -> int:
    seen = 0
    for rule in routes(app):
        if access_of(app, rule.endpoint) == TOKEN or "GET" not in rule.methods:
            continue
        with client.get(address_of(rule)) as answer:
            assert planted_in(answer.data) == [], rule.rule
            seen += answer.status_code == 200
    return seen


def _search_export(manager):
    exported = manager.post("/manage/people/export", data={"format": "xlsx"})
    assert exported.status_code == 200
    cells = [
        str(cell)
        for sheet in openpyxl.load_workbook(io.BytesIO(exported.data)).worksheets
        for each in sheet.iter_rows(values_only=True)
        for cell in each
    ]
    assert sum("*" in cell for cell in cells) >= COUNT
    assert planted_in("\n".join(cells).encode()) == []


def _search_logs(caplog, manager, monkeypatch):
    """Not even when something breaks while a number is in hand."""

    def break_down(_actor, text):
        raise RuntimeError(f"cannot look up {len(text)} characters")

    monkeypatch.setattr(finding, "find_by_number", break_down)
    answer = manager.post("/manage/people/search", data={"q": PLANTED[0]})
    assert answer.status_code == 500
    records = caplog.get_records("setup") + caplog.records
    shown = "\n".join(record.getMessage() + (record.exc_text or "") for record in records)
    assert "RuntimeError" in shown
    assert planted_in(shown.encode()) == []


def test_a_number_in_clear_would_be_found():
    assert planted_in(f"x{PLANTED[5]}y".encode())
    assert planted_in(PLANTED[5][:17].encode())
    assert not planted_in(PLANTED[5][:16].encode())
