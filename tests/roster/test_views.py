"""The pages: upload, what was found, confirming, who sees which import."""

import io

import openpyxl
import pytest

from lms.accounts.models import Person
from lms.core.audit import AuditEvent
from lms.core.db import db
from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from lms.roster import views
from lms.roster.enums import RosterState
from lms.roster.models import RosterImport, RosterProblem
from lms.roster.storage import MARKED, UPLOAD, file_of
from lms.roster.tasks import clean_up_rosters
from tests.factories import OrganizationFactory, PersonFactory
from tests.roster.support import checked, csv_file, manager_of, row, unit_named, workbook
from tests.support import sign_in


@pytest.fixture
def staff_client(client, manager):
    return sign_in(client, manager)


def send(client, content, name="名单.xlsx"):
    return client.post("/manage/roster", data={"file": (io.BytesIO(content), name)})


def send_raw(client, content):
    """Like `send`; the test client keeps large files in a temporary file that it never closes."""
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = head.encode() + content + b"\r\n--x--\r\n"
    return client.post("/manage/roster", data=body, content_type="multipart/form-data; boundary=x")


def the_import():
    return db.session.query(RosterImport).order_by(RosterImport.id.desc()).first()


def confirm(client, roster, checks=1):
    return client.post(f"/manage/roster/{roster.id}/apply", data={"checks": checks})


def test_a_roster_goes_its_whole_way(staff_client, tasks):
    page = staff_client.get("/manage/roster").text
    assert "还没有导入记录" in page
    answer = send(staff_client, workbook([row(1), row(2, 手机号码="1")]))
    roster = the_import()
    assert answer.location == f"/manage/roster/{roster.id}"
    assert 'hx-get="/manage/roster/' in staff_client.get(answer.location).text
    tasks.run_all()
    status = staff_client.get(f"{answer.location}/status").text
    assert "hx-get" not in status
    assert "第 2 行" not in status
    assert "第 3 行" in status
    assert "D 列 · 手机号码" in status
    assert "导入 1 人" in status
    confirm(staff_client, roster)
    confirm(staff_client, roster)
    assert "等待导入" in staff_client.get(answer.location).text
    tasks.run_all()
    done = staff_client.get(answer.location).text
    assert "导入完成" in done
    assert "发放激活码" in done
    assert db.session.query(Person).filter_by(name=row(1)[0]).count() == 1
    assert not file_of(roster.key, UPLOAD).exists()


def test_what_is_no_roster_is_told_at_the_field(staff_client):
    answer = send(staff_client, b"%PDF-1.7")
    assert answer.status_code == 422
    assert "这不是 xlsx、xls 或 csv 文件" in answer.text
    assert staff_client.post("/manage/roster", data={}).status_code == 422
    assert db.session.query(RosterImport).count() == 0


def test_a_large_file_is_taken_and_a_larger_one_told_so(staff_client):
    line = ",".join(row(1)) + "\n"
    large = line * (20 * 1024 * 1024 // len(line.encode()))
    assert send_raw(staff_client, csv_file([]) + large.encode()).status_code == 302
    answer = send_raw(staff_client, bytes(34 * 1024 * 1024))
    assert answer.status_code == 413
    assert "文件超过 32 MB" in answer.text


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_whoever_may_not_import_sends_nothing_large(app, client, is_signed_in):
    if is_signed_in:
        sign_in(client, PersonFactory())
    large = bytes((app.config["MAX_CONTENT_LENGTH"]) + 1)
    assert send_raw(client, large).status_code == 413


def test_of_what_strangers_send_nothing_is_kept_in_memory(client, monkeypatch):
    monkeypatch.setattr(views, "_in_memory", lambda *_args, **_more: pytest.fail("it was kept"))
    assert send_raw(client, bytes(1024 * 1024)).status_code == 401


def test_an_older_preview_confirms_nothing(staff_client, tasks):
    send(staff_client, workbook([row(1)]))
    tasks.run_all()
    roster = the_import()
    staff_client.post(f"/manage/roster/{roster.id}/check")
    tasks.run_all()
    assert confirm(staff_client, roster, checks=1).status_code == 302
    assert "请刷新页面" in staff_client.get(f"/manage/roster/{roster.id}").text
    db.session.refresh(roster)
    assert roster.state is RosterState.CHECKED


def test_giving_up_leaves_no_file(staff_client, tasks):
    send(staff_client, workbook([row(1, 姓名="")]))
    tasks.run_all()
    roster = the_import()
    assert file_of(roster.key, MARKED).exists()
    assert staff_client.post(f"/manage/roster/{roster.id}/cancel").status_code == 302
    tasks.run_all()
    assert not file_of(roster.key, UPLOAD).exists()
    assert not file_of(roster.key, MARKED).exists()
    assert db.session.query(RosterProblem).count() == 0
    assert "已放弃" in staff_client.get(f"/manage/roster/{roster.id}").text


def test_the_marked_workbook_is_for_its_uploader_and_recorded(app, staff_client, manager, unit):
    roster = checked(manager, workbook([row(1, 姓名="")]), "三季度 名单.xlsx")
    address = f"/manage/roster/{roster.id}/marked.xlsx"
    answer = staff_client.get(address)
    assert openpyxl.load_workbook(io.BytesIO(answer.data))["人员信息"]["C2"].value == row(1)[2]
    assert "xlsx" in answer.headers["Content-Disposition"]
    colleague = sign_in(app.test_client(), manager_of(unit))
    assert colleague.get(f"/manage/roster/{roster.id}").status_code == 200
    assert "下载带标记的文件" not in colleague.get(f"/manage/roster/{roster.id}").text
    assert colleague.get(address).status_code == 404
    recorded = db.session.query(AuditEvent).filter_by(tag="accounts:roster:download").all()
    assert [each.actor_id for each in recorded] == [manager.id]


def test_who_sees_which_import(app, client, manager, unit):
    department = OrganizationFactory(kind=OrganizationKind.DEPARTMENT)
    unit.parent_id = department.id
    db.session.commit()
    roster = checked(manager, workbook([row(1)]))
    address = f"/manage/roster/{roster.id}"

    def status(person, path=address):
        return sign_in(app.test_client(), person).get(path).status_code

    assert client.get(address).status_code == 401
    assert status(PersonFactory()) == 403
    assert status(manager) == 200
    assert status(manager_of(department, Role.DEPARTMENT_OFFICER)) == 200
    elsewhere = manager_of(unit_named("别的单位"))
    for path in (address, f"{address}/status", f"{address}/marked.xlsx"):
        assert status(elsewhere, path) == 404
    other = sign_in(app.test_client(), elsewhere)
    for deed in ("apply", "check", "cancel"):
        assert other.post(f"{address}/{deed}", data={"checks": 1}).status_code == 404
    assert "名单.xlsx" not in other.get("/manage/roster").text


def test_the_template_can_be_filled_in_and_uploaded(app, clock):
    department = OrganizationFactory(kind=OrganizationKind.DEPARTMENT)
    for n in range(3):
        unit_named(f"第{n}研究院", parent_id=department.id)
    officer = manager_of(department, Role.DEPARTMENT_OFFICER)
    answer = sign_in(app.test_client(), officer).get("/manage/roster/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book["人员信息"]
    assert sheet.freeze_panes == "A2"
    as_text = [each for each in sheet.column_dimensions.values() if each.number_format == "@"]
    assert (as_text[0].min, as_text[-1].max) == (1, 8)
    offered = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert len(offered) == 4
    assert [cell.value for cell in book["选项"]["F"]][:3] == ["第0研究院", "第1研究院", "第2研究院"]
    assert book["选项"].sheet_state == "hidden"
    for place, value in enumerate(row(1, 工作单位="第1研究院"), start=1):
        sheet.cell(2, place, value)
    out = io.BytesIO()
    book.save(out)
    assert checked(officer, out.getvalue()).new_count == 1


def test_after_seven_days_nothing_is_left(staff_client, manager, clock):
    waiting = checked(manager, workbook([row(1), row(2, 姓名="")]))
    clock.advance(days=6)
    clean_up_rosters.run()
    assert file_of(waiting.key, UPLOAD).exists()
    clock.advance(days=2)
    clean_up_rosters.run()
    sign_in(staff_client, manager)
    db.session.refresh(waiting)
    assert waiting.state is RosterState.EXPIRED
    assert not file_of(waiting.key, UPLOAD).exists()
    assert not file_of(waiting.key, MARKED).exists()
    assert db.session.query(RosterProblem).count() == 0
    assert staff_client.get(f"/manage/roster/{waiting.id}/marked.xlsx").status_code == 404
    assert "已过期" in staff_client.get(f"/manage/roster/{waiting.id}").text


def test_problems_are_listed_page_by_page(staff_client, manager):
    roster = checked(manager, workbook([row(n, 姓名="") for n in range(60)]))
    first = staff_client.get(f"/manage/roster/{roster.id}").text
    assert "第 51 行" in first
    assert "第 52 行" not in first
    after = 51 * 256
    second = staff_client.get(f"/manage/roster/{roster.id}?after={after}").text
    assert "第 52 行" in second
    assert "第 61 行" in second
