import datetime as dt

import pytest
from sqlalchemy import select

from benchmarks.people_lists import counting
from lms.auditing import queries
from lms.core.audit import AuditEvent, AuditTag, Origin, record, set_origin
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.organizations.models import Division, Organization, OrganizationKind
from tests.auditing.support import write_event
from tests.factories import CourseFactory, OrganizationFactory, PersonFactory, PostFactory
from tests.factories.accounts import identity_number
from tests.support import sign_in

ISLAND = "371100"


@pytest.fixture(autouse=True)
def _from_a_machine(app, clock):
    set_origin(Origin("10.1.2.3"))


def _bureau(code, name):
    found = db.session.scalar(select(Organization).where(Organization.name == f"{name}人社局"))
    if found is not None:
        return found
    if db.session.get(Division, code) is None:
        parent = None if code.endswith("0000") else "370000"
        db.session.add(Division(code=code, name=name, parent_code=parent))
        db.session.commit()
    return OrganizationFactory(
        kind=OrganizationKind.BUREAU, division_code=code, name=f"{name}人社局"
    )


def _auditor(bureau):
    return PostFactory(organization=bureau, role=Role.BUREAU_AUDITOR).person


@pytest.fixture
def province(app):
    return _bureau("370000", "山东省")


@pytest.fixture
def city(province):
    return _bureau(ISLAND, "日照市")


@pytest.fixture
def unit(city):
    return OrganizationFactory(
        kind=OrganizationKind.UNIT, division_code=ISLAND, name="日照市第一中学"
    )


@pytest.fixture
def elsewhere(province):
    _bureau("370600", "烟台市")
    return OrganizationFactory(
        kind=OrganizationKind.UNIT, division_code="370600", name="烟台市第二中学"
    )


@pytest.fixture
def auditor(city):
    return _auditor(city)


@pytest.fixture
def visit(client, auditor):
    def get(**arguments):
        # Anew each time: a session ends by itself while the clock moves on.
        sign_in(client, auditor)
        answer = client.get("/manage/audit", query_string=arguments)
        assert answer.status_code == 200
        return answer.text

    return get


def _note(tag=AuditTag.ACCOUNTS_ROSTER_APPLY, unit=None, actor=None, subject="roster:1", **detail):
    with transaction():
        record(
            tag,
            actor.id if actor else None,
            subject,
            organization_id=unit.id if unit else None,
            **detail,
        )


def _newest():
    return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def test_auditor_sees_what_happened_in_their_division_and_nowhere_else(visit, unit, elsewhere):
    _note(unit=unit, subject="roster:111")
    _note(unit=elsewhere, subject="roster:222")
    _note(subject="roster:333")
    page = visit()
    assert "人员名册 111" in page
    assert "人员名册 222" not in page
    assert "人员名册 333" not in page


def test_only_auditors_of_a_province_see_what_concerns_no_organization(
    client, province, unit, elsewhere
):
    _note(unit=elsewhere, subject="roster:222")
    _note(subject="roster:333")
    sign_in(client, _auditor(province))
    page = client.get("/manage/audit").text
    assert "人员名册 222" in page
    assert "人员名册 333" in page


def test_event_of_elsewhere_is_not_found(client, auditor, elsewhere):
    sign_in(client, auditor)
    _note(unit=elsewhere)
    event = _newest()
    assert client.get(f"/manage/audit/{event.id}").status_code == 404


def test_row_tells_when_who_what_and_from_where(visit, unit, clock):
    officer = PersonFactory(name="李建国", unit=unit)
    clock.advance(seconds=5)
    _note(unit=unit, actor=officer, new=12, reason="retired")
    page = visit()
    assert "2025-06-02 12:00:05" in page
    assert "李建国" in page
    assert "导入人员名册" in page
    assert "日照市第一中学" in page
    assert "10.1.2.3" in page
    assert "新增：12；原因：退休" in " ".join(page.split()).replace("： ", "：")


def test_detail_page_masks_the_identity_number(client, auditor, unit, clock):
    sign_in(client, auditor)
    number = identity_number(77)
    officer = PersonFactory(name="李建国", unit=unit, identity_number=number)
    _note(unit=unit, actor=officer)
    event = _newest()
    page = client.get(f"/manage/audit/{event.id}").text
    assert officer.masked_identity in page
    assert number not in page
    assert "等待封存" in page


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({"tag": "accounts:roster:apply"}, {1}),
        ({"tag": "accounts:"}, {1, 2}),
        ({"subject": "roster:1"}, {1}),
        ({"subject": "人员名册 2"}, {2}),
        ({"subject": "人员名册2"}, {2}),
        ({"organization": "第一中"}, {1, 2, 3}),
        ({"organization": "第二中"}, set()),
        ({"address": "10.1.2.3"}, {1, 2, 3}),
        ({"address": "10.1.2.4"}, set()),
        ({"since": "2025-06-03"}, {2, 3}),
        ({"until": "2025-06-02"}, {1}),
        ({"since": "2025-06-03", "until": "2025-06-03"}, {2}),
        ({"since": "2025-06-10"}, set()),
    ],
)
def test_list_is_narrowed(visit, unit, elsewhere, clock, arguments, shown):
    _note(unit=unit, subject="roster:1")
    clock.advance(days=1)
    _note(AuditTag.ACCOUNTS_ROSTER_CHECK, unit=unit, subject="roster:2")
    clock.advance(days=1)
    _note(AuditTag.CATALOG_COURSE_CREATE, unit=unit, subject="roster:3")
    page = visit(**arguments)
    assert {n for n in (1, 2, 3) if f"人员名册 {n}\n" in page or f"人员名册 {n}<" in page} == shown


def test_actor_is_found_by_user_name_and_number_without_either_in_an_address(
    client, auditor, visit, unit, clock
):
    sign_in(client, auditor)
    officer = PersonFactory(unit=unit, username="laoli", identity_number=identity_number(5))
    for login in ("laoli", "LaoLi", identity_number(5)):
        answer = client.post("/manage/audit/who?tag=accounts:", data={"who": login})
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/manage/audit?tag=accounts:&actor={officer.id}"
    _note(unit=unit, actor=officer, subject="roster:1")
    _note(unit=unit, subject="roster:2")
    page = visit(actor=officer.id)
    assert "人员名册 1" in page
    assert "人员名册 2" not in page
    assert officer.masked_identity in page


def test_people_elsewhere_are_told_no_better_than_nobody(client, auditor, elsewhere):
    sign_in(client, auditor)
    PersonFactory(unit=elsewhere, identity_number=identity_number(6))
    answers = [
        client.post("/manage/audit/who", data={"who": number})
        for number in (identity_number(6), identity_number(7))
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("没有找到这个人" in answer.text for answer in answers)


def test_name_of_a_person_elsewhere_is_not_told_by_their_number(visit, elsewhere):
    stranger = PersonFactory(name="欧阳某某", unit=elsewhere)
    page = visit(actor=stranger.id)
    assert "欧阳某某" not in page
    assert f"编号为 {stranger.id}" in page


def test_wrong_conditions_are_told_at_their_fields(client, auditor):
    sign_in(client, auditor)
    answer = client.get("/manage/audit?since=2025-06-03&until=2025-06-01&subject=abc")
    assert answer.status_code == 422
    assert "截止日期不能早于起始日期" in answer.text
    assert "请填写对象的类型和编号" in answer.text


def test_empty_list_says_what_to_do(visit):
    assert "没有符合条件的记录" in visit(address="192.0.2.1")


def test_pages_follow_one_another_without_losing_a_row(unit, clock):
    for number in range(65):
        _note(unit=unit, subject=f"roster:{number}")
    scope = queries.scope_of(_auditor(_bureau(ISLAND, "日照市")))
    wanted = queries.EventFilter(tag="accounts:roster:apply")
    seen, page = [], queries.events_page(scope, wanted)
    while True:
        seen += [event.subject for event in page.rows]
        if page.next is None:
            break
        page = queries.events_page(scope, wanted, page.next)
    assert seen == [f"roster:{number}" for number in reversed(range(65))]
    before = queries.events_page(scope, wanted, page.previous)
    assert [event.subject for event in before.rows] == seen[30:60]


def test_the_list_leads_to_its_last_page_and_back_to_the_first(visit, unit):
    for number in range(32):
        _note(unit=unit, subject=f"roster:{number}")
    way = 'href="/manage/audit?tag=accounts:roster:apply&amp;page=last"'
    assert way in visit(tag="accounts:roster:apply")
    last = visit(tag="accounts:roster:apply", page="last")
    assert way not in last
    assert 'href="/manage/audit?tag=accounts:roster:apply"' in last


def test_events_recorded_late_are_still_in_their_period(unit, city, clock):
    scope = queries.scope_of(_auditor(city))
    _note(unit=unit, subject="roster:1")
    yesterday = clock() - dt.timedelta(hours=13)
    write_event(_newest().id + 1, yesterday, organization_id=unit.id, subject="roster:9")
    day = queries.EventFilter(until=dt.date(2025, 6, 1))
    assert [e.subject for e in queries.events_page(scope, day).rows] == ["roster:9"]


def test_auditor_opens_nothing_else_of_the_staff_pages(client, auditor):
    sign_in(client, auditor)
    for address in ("/manage/orders", "/manage/deliveries", "/manage/restudy", "/manage/courses"):
        assert client.get(address).status_code == 403


def test_records_are_linked_for_who_may_open_them(client, visit, unit, elsewhere):
    course = CourseFactory(title="信息安全基础")
    _note(unit=unit, subject=f"organization:{unit.id}")
    _note(unit=unit, subject=f"organization:{elsewhere.id}")
    _note(unit=unit, subject=f"course:{course.id}")
    page = visit()
    assert f'href="/manage/organizations/{unit.id}"' in page
    assert f'href="/manage/organizations/{elsewhere.id}"' not in page
    assert f'<a href="/courses/{course.slug}">课程 信息安全基础</a>' in page


def test_a_page_asks_the_database_no_more_for_more_rows(client, auditor, unit):
    def asked(rows):
        for number in range(rows):
            officer = PersonFactory(unit=unit)
            _note(unit=unit, actor=officer, subject=f"person:{officer.id}")
            _note(unit=unit, actor=officer, subject=f"organization:{unit.id}", new=number)
        sign_in(client, auditor)
        statements = []
        with counting(statements):
            assert client.get("/manage/audit").status_code == 200
        return len(statements)

    assert asked(1) == asked(12) <= 14
