"""The pages: registration, one's own, the lists and what is done there."""

import csv
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from lms.accounts.enums import PersonState
from lms.accounts.identity import read_phone
from lms.accounts.models import Person
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.memberships.exporting import as_text
from lms.memberships.models import MembershipRequest, RequestState
from lms.memberships.operations import ask_for_person
from lms.memberships.queries import PAGE_SIZE
from lms.organizations.models import Organization
from tests.factories import CourseFactory
from tests.factories.accounts import PASSWORD, PersonFactory, identity_number
from tests.memberships.support import (
    GOOD_PASSWORD,
    manager_of,
    officer,
    register,
    unit,
    waiting_request,
)
from tests.support import sign_in

NUMBER = identity_number(4711)


@pytest.fixture
def school(app: Flask) -> Organization:
    return unit(name="日照市第一中学")


@pytest.fixture
def manager(school: Organization) -> Person:
    return manager_of(school)


@pytest.fixture
def staff_client(app: Flask, client: FlaskClient, manager: Person) -> FlaskClient:
    return sign_in(client, manager)


def _registration(school: Organization, **changes: Any) -> dict[str, Any]:
    said = {
        "identity_kind": "resident",
        "identity_number": NUMBER,
        "name": "买买提·吐尔逊",
        "phone": "13800138000",
        "email": "",
        "unit_id": school.id,
        "unit_id-text": school.name,
        "profession": "school",
        "title_level": "senior",
        "password": GOOD_PASSWORD,
        "repeated": GOOD_PASSWORD,
        "agreed": "y",
    }
    return {**said, **changes}


def test_somebody_registers_and_sees_what_they_wait_for(
    client: FlaskClient, school: Organization
) -> None:
    assert "个人注册" in client.get("/register").text

    answer = client.post("/register", data=_registration(school), follow_redirects=True)

    assert answer.status_code == 200
    assert "等待日照市第一中学审核" in answer.text
    person = db.session.scalars(select(Person)).one()
    assert (person.state, person.profession.value) == (PersonState.PENDING, "school")  # type: ignore[union-attr]
    assert NUMBER not in answer.text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"identity_number": NUMBER[:-1] + "A"}, "身份证号码不正确"),
        ({"name": "王\ue000"}, "姓名应为"),
        ({"repeated": "another"}, "两次输入的密码不一样"),
        ({"agreed": ""}, "请先阅读并同意"),
        ({"unit_id": "", "unit_id-text": "没有的单位"}, "没有找到这个机构"),
        ({"phone": ""}, "请填写手机号码"),
        ({"password": "12345678", "repeated": "12345678"}, "容易被猜到"),
    ],
)
def test_what_is_wrong_is_told_and_nobody_is_made(
    client: FlaskClient, school: Organization, changes: dict[str, Any], told: str
) -> None:
    answer = client.post("/register", data=_registration(school, **changes))
    assert answer.status_code == 422
    assert told in answer.text
    assert db.session.scalars(select(Person)).all() == []


def test_a_registered_number_leads_to_sign_in_activation_and_reset(
    client: FlaskClient, school: Organization
) -> None:
    PersonFactory(identity_number=NUMBER, name="李四")
    answer = client.post("/register", data=_registration(school))
    assert answer.status_code == 422
    for part in ("这个证件号码已有账号", "/sign-in", "/activate", "/reset"):
        assert part in answer.text
    assert "李四" not in answer.text


def test_a_refused_person_reads_why_mends_and_sends_again(
    app: Flask, staff_client: FlaskClient, school: Organization
) -> None:
    person = register(school, NUMBER)
    request = db.session.scalars(select(MembershipRequest)).one()
    staff_client.post(f"/manage/people/requests/{request.id}/refuse", data={"reason": "查无此人"})
    own = sign_in(app.test_client(), person)

    assert "查无此人" in own.get("/me").text
    other = unit(name="日照市第二中学")
    data = _registration(other, identity_number="", name="王五")
    answer = own.post("/me/membership", data=data, follow_redirects=True)

    assert "等待日照市第二中学审核" in answer.text
    assert db.session.get_one(Person, person.id).state is PersonState.PENDING


def test_the_manager_approves_what_was_picked(
    app: Flask, staff_client: FlaskClient, school: Organization
) -> None:
    people = [register(school, identity_number(number)) for number in (8001, 8002)]
    page = staff_client.get("/manage/people/requests").text
    assert page.count("data-bulk-item") == 2

    ids = db.session.scalars(select(MembershipRequest.id)).all()
    answer = staff_client.post(
        "/manage/people/requests/approve", data={"request_ids": ids}, follow_redirects=True
    )

    assert "已同意 2 份申请" in answer.text
    assert {db.session.get_one(Person, each.id).unit_id for each in people} == {school.id}
    assert "已同意" in staff_client.get("/manage/people/requests?tab=decided").text


def test_a_foreign_request_is_not_found(staff_client: FlaskClient) -> None:
    register(unit(), NUMBER)
    request = db.session.scalars(select(MembershipRequest)).one()
    base = "/manage/people/requests"
    assert staff_client.post(f"{base}/approve", data={"request_ids": request.id}).status_code == 404
    refusal = staff_client.post(f"{base}/{request.id}/refuse", data={"reason": "不"})
    assert refusal.status_code == 404
    assert staff_client.post(f"{base}/{request.id}/cancel").status_code == 404


def test_another_persons_request_is_neither_answered_nor_cancelled(
    app: Flask, school: Organization
) -> None:
    request = waiting_request(PersonFactory(unit=school), unit())
    stranger = sign_in(app.test_client(), PersonFactory())
    for deed in ("answer", "cancel"):
        path = f"/me/membership/{request.id}/{deed}"
        assert stranger.post(path, data={"decision": "approve"}).status_code == 404


def test_a_person_agrees_to_a_unit_that_asks_for_them(
    app: Flask, staff_client: FlaskClient, school: Organization
) -> None:
    person = PersonFactory(unit=unit(), identity_number=NUMBER)
    data = {
        "identity_kind": "resident",
        "identity_number": NUMBER,
        "name": "王小明",
        "unit_id": school.id,
        "unit_id-text": school.name,
    }
    staff_client.post("/manage/people/ask", data=data)
    request = db.session.scalars(select(MembershipRequest)).one()
    own = sign_in(app.test_client(), person)
    assert "日照市第一中学请您调入" in own.get("/me").text

    own.post(f"/me/membership/{request.id}/answer", data={"decision": "approve"})

    assert db.session.get_one(Person, person.id).unit_id == school.id


def test_the_list_shows_masked_numbers_and_own_people_only(
    staff_client: FlaskClient, school: Organization
) -> None:
    PersonFactory(unit=school, name="王䶮", identity_number=NUMBER)
    PersonFactory(unit=unit(), name="张外人")
    page = staff_client.get("/manage/people").text
    assert "王䶮" in page
    assert NUMBER[:6] + "********" + NUMBER[-4:] in page
    assert NUMBER not in page
    assert "张外人" not in page


@pytest.mark.parametrize(
    "query",
    [
        "after=1",
        "after=x~y",
        "before=9~",
        "after=99999999999999999999~1",
        "page=last&name=王",
        "name=王&after=王~x",
        "state=nonsense&level=&activated=9",
        "tab=former&after=1~2",
        "unit=x",
    ],
)
def test_addresses_cut_or_written_by_hand_show_a_page(
    staff_client: FlaskClient, school: Organization, query: str
) -> None:
    PersonFactory(unit=school)
    assert staff_client.get(f"/manage/people?{query}").status_code == 200


def test_pages_lead_to_the_first_the_previous_the_next_and_the_last(
    staff_client: FlaskClient, school: Organization
) -> None:
    for _ in range(PAGE_SIZE + 1):
        PersonFactory(unit=school)
    first = staff_client.get("/manage/people").text
    assert 'href="/manage/people?page=last"' in first
    assert "after=" in first
    assert "before=" not in first
    last = staff_client.get("/manage/people?page=last").text
    assert "before=" in last
    assert 'href="/manage/people?page=last"' not in last


def test_a_number_is_searched_by_post_and_leads_to_the_person(
    staff_client: FlaskClient, school: Organization
) -> None:
    person = PersonFactory(unit=school, identity_number=NUMBER, phone="13800138000")
    for text in (NUMBER, NUMBER.lower(), "138 0013 8000"):
        answer = staff_client.post("/manage/people/search", data={"q": text})
        assert answer.location == f"/manage/people/{person.id}"


def test_a_number_out_of_reach_or_unknown_gets_the_same_answer(
    staff_client: FlaskClient,
) -> None:
    PersonFactory(unit=unit(), identity_number=NUMBER)
    answers = [
        staff_client.post("/manage/people/search", data={"q": number}, follow_redirects=True).text
        for number in (NUMBER, identity_number(8001))
    ]
    assert all("没有找到这个号码的人员" in answer for answer in answers)
    assert all(NUMBER not in answer for answer in answers)


def test_what_looks_like_a_number_never_gets_into_an_address(staff_client: FlaskClient) -> None:
    for text in (NUMBER[:-1], "王" + NUMBER, "1380013"):
        location = staff_client.post("/manage/people/search", data={"q": text}).location
        assert location == "/manage/people"


def test_a_name_is_searched_by_its_beginning(
    staff_client: FlaskClient, school: Organization
) -> None:
    PersonFactory(unit=school, name="买买提·吐尔逊")
    PersonFactory(unit=school, name="李四")
    answer = staff_client.post("/manage/people/search", data={"q": "买买提"}, follow_redirects=True)
    assert "买买提·吐尔逊" in answer.text
    assert "李四" not in answer.text


def test_several_with_one_phone_are_shown(staff_client: FlaskClient, school: Organization) -> None:
    for name in ("王一一", "王二二"):
        PersonFactory(unit=school, name=name, phone="13800138000")
    page = staff_client.post("/manage/people/search", data={"q": "13800138000"}).text
    assert "王一一" in page
    assert "王二二" in page


def test_a_person_of_another_unit_is_not_found(staff_client: FlaskClient) -> None:
    person = PersonFactory(unit=unit())
    base = f"/manage/people/{person.id}"
    for path in ("", "/edit", "/move"):
        assert staff_client.get(base + path).status_code == 404
    posts = [("/identity", {"purpose": "review"}), ("/state", {"deed": "leave"})]
    for path, data in posts:
        assert staff_client.post(base + path, data=data).status_code == 404
    assert staff_client.get(base + "/merge").status_code == 403
    assert staff_client.get("/manage/people/999999").status_code == 404


def test_the_whole_number_is_shown_once_for_a_reason(
    staff_client: FlaskClient, school: Organization
) -> None:
    person = PersonFactory(unit=school, identity_number=NUMBER)
    path = f"/manage/people/{person.id}"
    assert staff_client.post(f"{path}/identity").status_code == 422
    assert staff_client.post(f"{path}/identity", data={"purpose": "bank"}).status_code == 422

    answer = staff_client.post(f"{path}/identity", data={"purpose": "review"})

    assert NUMBER in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert NUMBER not in staff_client.get(path).text
    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_IDENTITY_READ.value)
    assert len(db.session.scalars(query).all()) == 1


def test_the_page_of_a_person_is_edited_and_their_state_changed(
    staff_client: FlaskClient, school: Organization
) -> None:
    person = PersonFactory(unit=school)
    path = f"/manage/people/{person.id}"
    data = {"name": "王大明", "phone": "", "email": "", "profession": "health", "title_level": ""}
    assert (
        "人员信息已修改" in staff_client.post(f"{path}/edit", data=data, follow_redirects=True).text
    )
    answer = staff_client.post(f"{path}/state", data={"deed": "suspend"}, follow_redirects=True)
    assert "账号已停用" in answer.text
    assert db.session.get_one(Person, person.id).name == "王大明"
    assert staff_client.post(f"{path}/state", data={"deed": "fire"}).status_code == 422


def test_the_export_is_masked_guarded_and_recorded(
    staff_client: FlaskClient, school: Organization
) -> None:
    PersonFactory(unit=school, name="-王明", identity_number=NUMBER, phone="13800138000")

    text = staff_client.post("/manage/people/export", data={"format": "csv"})
    book = staff_client.post("/manage/people/export", data={"format": "xlsx"})

    rows = list(csv.reader(io.StringIO(text.data.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(book.data)).active
    assert rows[1][0] == "'-王明"
    assert rows == [[cell or "" for cell in row] for row in sheet.values]  # type: ignore[union-attr]
    assert NUMBER not in text.text
    assert "13800138000" not in text.text
    query = select(AuditEvent).where(AuditEvent.tag == AuditTag.ACCOUNTS_PEOPLE_EXPORT.value)
    assert [event.detail["rows"] for event in db.session.scalars(query)] == [1, 1]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert as_text(text) == f"'{text}"


def test_one_changes_ones_own_contact_with_the_password(app: Flask, school: Organization) -> None:
    person = PersonFactory(unit=school, password=PASSWORD, phone="13800138000")
    own = sign_in(app.test_client(), person)
    assert "日照市第一中学" in own.get("/me/profile").text
    data = {"phone": "13900139000", "email": "wang@example.cn", "present": "wrong"}
    assert own.post("/me/profile/contact", data=data).status_code == 422
    assert read_phone(db.session.get_one(Person, person.id)) == "13800138000"

    answer = own.post(
        "/me/profile/contact", data={**data, "present": PASSWORD}, follow_redirects=True
    )

    assert "联系方式已修改" in answer.text
    assert read_phone(db.session.get_one(Person, person.id)) == "13900139000"
    assert "13900139000" not in answer.text


def test_a_bureau_merges_after_a_preview(app: Flask, school: Organization) -> None:
    survivor = PersonFactory(unit=school)
    duplicate = PersonFactory(unit=school, identity_number=NUMBER)
    clerk = sign_in(app.test_client(), officer())
    path = f"/manage/people/{survivor.id}/merge"
    data = {"identity_kind": "resident", "identity_number": NUMBER}
    preview = clerk.post(path, data=data).text
    assert "合并后" in preview
    assert NUMBER not in preview
    ids = {"survivor_id": survivor.id, "duplicate_id": duplicate.id}
    assert clerk.post("/manage/people/merge", data=ids).status_code == 422
    swapped = clerk.post("/manage/people/merge", data={**ids, "swap": "1"}).text
    assert f'name="survivor_id" value="{duplicate.id}"' in swapped
    assert db.session.get_one(Person, duplicate.id).state is PersonState.ACTIVE

    clerk.post("/manage/people/merge", data={**ids, "cause": "wrong_number", "confirmed": "y"})

    assert db.session.get_one(Person, duplicate.id).merged_into_id == survivor.id
    assert "这条记录已合并" in clerk.get(f"/manage/people/{duplicate.id}").text


def test_a_waiting_person_cannot_enrol(app: Flask, school: Organization) -> None:
    course = CourseFactory()
    own = sign_in(app.test_client(), register(school, NUMBER))
    answer = own.post(f"/courses/{course.slug}/enrol", follow_redirects=True)
    assert "还没有通过单位审核" in answer.text


def test_the_asked_tab_shows_what_waits_for_others(
    staff_client: FlaskClient, manager: Person, school: Organization
) -> None:
    person = PersonFactory(unit=unit(), name="赵小丽")
    with transaction():
        request = ask_for_person(manager, school, person, "赵小丽", "")
    assert "赵小丽" in staff_client.get("/manage/people/requests?tab=asked").text
    staff_client.post(f"/manage/people/requests/{request.id}/cancel")
    assert db.session.get_one(MembershipRequest, request.id).state is RequestState.CANCELLED
