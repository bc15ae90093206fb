"""The pages: registration, requests, one's own, merging."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.confirmation import confirm_password
from lms.accounts.enums import IdentityKind, PersonState, ProfessionSeries, TitleLevel
from lms.accounts.identity import read_phone
from lms.accounts.models import Person
from lms.accounts.passwords import set_password
from lms.core.db import db, transaction
from lms.memberships import me_views
from lms.memberships.models import MembershipRequest, RequestState
from lms.memberships.operations import (
    ask_for_person,
    cancel_request,
    decide_request,
    propose_move,
)
from lms.organizations.models import Organization
from tests.factories import CourseFactory
from tests.factories.accounts import PASSWORD, PersonFactory, give_number, identity_number
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


@pytest.mark.parametrize(
    ("reason", "told"), [("", "请写明不同意的原因"), ("不" * 501, "原因不超过 500 个字")]
)
def test_a_reason_that_cannot_be_kept_is_told_and_nothing_is_decided(
    staff_client: FlaskClient, school: Organization, reason: str, told: str
) -> None:
    register(school, NUMBER)
    request = db.session.scalars(select(MembershipRequest)).one()
    answer = staff_client.post(
        f"/manage/people/requests/{request.id}/refuse",
        data={"reason": reason},
        follow_redirects=True,
    )
    assert told in answer.text
    assert f'<textarea aria-describedby="reason-{request.id}-help"' in answer.text
    assert db.session.get_one(MembershipRequest, request.id).is_pending


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


def test_asking_for_a_unit_of_somebody_else_is_told_at_the_field(
    staff_client: FlaskClient,
) -> None:
    other, person = unit(name="日照市第二中学"), PersonFactory()
    data = {
        "identity_kind": "resident",
        "identity_number": NUMBER,
        "name": person.name,
        "unit_id": other.id,
        "unit_id-text": other.name,
    }
    answer = staff_client.post("/manage/people/ask", data=data)
    assert (answer.status_code, 'id="unit_id-error"' in answer.text) == (422, True)


def test_nobody_without_a_unit_is_told_that_they_stay_in_theirs(
    app: Flask, manager: Person, school: Organization
) -> None:
    asking, asked = PersonFactory(), PersonFactory()
    waiting_request(asking, school)
    with transaction():
        ask_for_person(manager, school, asked, asked.name, "")
    for person in (asking, asked):
        page = sign_in(app.test_client(), person).get("/me").text
        assert "不属于任何单位" in page
        assert "现单位的人员" not in page
        assert "留在现单位" not in page


def _two_with_one_number(school: Organization) -> tuple[Person, Person]:
    """Two people of different documents that bear the same number."""
    permit = IdentityKind.TAIWAN_PERMIT
    holder = PersonFactory(unit=school)
    give_number(holder, IdentityKind.PASSPORT, "12345678")
    other = PersonFactory(unit=school, identity_number="12345678", identity_kind=permit)
    return holder, other


@pytest.mark.parametrize("which", [0, 1])
def test_a_unit_asks_for_the_holder_of_that_kind_of_document(
    staff_client: FlaskClient, school: Organization, which: int
) -> None:
    wanted = _two_with_one_number(unit())[which]
    data = {
        "identity_kind": wanted.identity_kind.value,
        "identity_number": "12345678",
        "name": wanted.name,
        "unit_id": school.id,
        "unit_id-text": school.name,
    }
    staff_client.post("/manage/people/ask", data=data)
    assert db.session.scalars(select(MembershipRequest)).one().person_id == wanted.id


@pytest.mark.parametrize("which", [0, 1])
def test_a_record_is_merged_with_the_holder_of_that_kind_of_document(
    app: Flask, school: Organization, which: int
) -> None:
    other = _two_with_one_number(school)[which]
    person = PersonFactory(unit=school)
    data = {"identity_kind": other.identity_kind.value, "identity_number": "12345678"}
    clerk = sign_in(app.test_client(), officer())
    preview = clerk.post(f"/manage/people/{person.id}/merge", data=data).text
    assert f'name="duplicate_id" value="{other.id}"' in preview


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


def test_contacts_do_not_change_with_a_password_that_is_no_more(
    app: Flask, school: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A roster may give the record to whom it belongs to between the password and the change."""
    person = PersonFactory(unit=school, password=PASSWORD, phone="13800138000")
    own = sign_in(app.test_client(), person)

    def confirm_and_be_overtaken(asker: Person, password: str) -> str:
        stored = confirm_password(asker, password)
        with transaction():
            db.session.get_one(Person, asker.id).password_hash = None
        return stored

    monkeypatch.setattr(me_views, "confirm_password", confirm_and_be_overtaken)
    data = {"phone": "13900139000", "email": "", "present": PASSWORD}

    assert own.post("/me/profile/contact", data=data).status_code == 422
    assert read_phone(db.session.get_one(Person, person.id)) == "13800138000"


def test_staff_are_asked_to_confirm_what_others_gave_as_their_contact(
    app: Flask, school: Organization
) -> None:
    manager = manager_of(school)
    with transaction():
        set_password(manager, PASSWORD)
        manager.email = "planted@example.cn"
    own = sign_in(app.test_client(), manager)
    assert "尚未经您本人确认" in own.get("/me").text
    data = {"phone": "", "email": "wang@example.cn", "present": PASSWORD}
    own.post("/me/profile/contact", data=data)
    assert "尚未经您本人确认" not in own.get("/me").text


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


@pytest.mark.parametrize("tab", ["asked", "decided"])
def test_of_whoever_has_not_agreed_a_unit_reads_what_it_knew_itself(
    staff_client: FlaskClient, manager: Person, school: Organization, tab: str
) -> None:
    person = PersonFactory(
        unit=unit(name="日照市第二中学"),
        name="赵小丽",
        phone="13800135678",
        profession=ProfessionSeries.SCHOOL,
        title_level=TitleLevel.SENIOR,
    )
    with transaction():
        request = ask_for_person(manager, school, person, "赵小丽", "")
        if tab == "decided":
            cancel_request(manager, request.id)

    page = staff_client.get(f"/manage/people/requests?tab={tab}").text

    assert "赵小丽" in page
    assert person.masked_identity in page
    for unknown in ("日照市第二中学", "5678<", "中小学教师", "正高级"):
        assert unknown not in page


def test_of_whoever_agreed_and_of_ones_own_people_a_unit_reads_the_rest(
    staff_client: FlaskClient, manager: Person, school: Organization
) -> None:
    agreed = PersonFactory(unit=unit(name="日照市第二中学"), phone="13800135678")
    own = PersonFactory(unit=school, phone="13800139876")
    with transaction():
        request = ask_for_person(manager, school, agreed, agreed.name, "")
        decide_request(db.session.get_one(Person, agreed.id), request.id, approve=True)
        propose_move(manager, own, unit(name="日照市第三中学"), "")
    decided = staff_client.get("/manage/people/requests?tab=decided").text
    assert "日照市第二中学" in decided
    assert "5678<" in decided
    asked = staff_client.get("/manage/people/requests?tab=asked").text
    assert "日照市第三中学" in asked
    assert "9876<" in asked
