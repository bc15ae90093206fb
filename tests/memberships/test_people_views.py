"""The pages of people: list, search, one person, export."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db
from lms.memberships.queries import PAGE_SIZE
from lms.organizations.models import Organization
from tests.factories.accounts import PersonFactory, identity_number
from tests.memberships.support import (
    unit,
)

NUMBER = identity_number(4711)


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
