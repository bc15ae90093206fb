"""The pages: registering, deciding, organizations."""

import re

import pytest
from sqlalchemy import event, func, select

from lms.accounts.models import Person, Post
from lms.administration.decisions import refuse_registration
from lms.administration.registration import register_unit
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.organizations.models import Organization, OrganizationKind, OrganizationState
from tests.accounts.slow_work import forbid_slow_transactions
from tests.administration.support import holder, registrant, unit_facts, unit_form
from tests.factories import PersonFactory
from tests.factories import organizations as make
from tests.factories.accounts import identity_number
from tests.support import sign_in

pytestmark = pytest.mark.usefixtures("divisions")


def registered(**changes) -> Organization:
    with transaction():
        made = register_unit(unit_facts(**changes), registrant())
    return made


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def test_a_visitor_registers_a_unit(client):
    answer = client.post("/register/unit", data=unit_form())
    assert (answer.status_code, answer.location) == (303, "/register/unit/done")
    assert "等待审核" in text_of(client.get(answer.location))
    made = db.session.scalars(select(Organization)).one()
    assert (made.state, made.division_code) == (OrganizationState.PENDING, "371102")


def test_the_address_of_the_registrant_is_kept_as_everybody_elses(client):
    client.post("/register/unit", data=unit_form(email=" Xu@Example.COM "))
    assert db.session.scalars(select(Person.email)).one() == "Xu@example.com"


def test_nobody_waits_while_the_password_is_judged_and_hashed(client, monkeypatch):
    forbid_slow_transactions(monkeypatch)
    assert client.post("/register/unit", data=unit_form()).status_code == 303


def test_the_number_and_the_password_stand_in_no_address_and_no_answer(client):
    form = unit_form(agreed="")
    answer = client.post("/register/unit", data=form)
    assert answer.status_code == 422
    assert form["password"] not in text_of(answer)
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"credit_code": "9137"}, "credit_code", "请核对 18 位代码"),
        ({"name": ""}, "name", "请填写单位名称"),
        ({"nature": "club"}, "nature", ""),
        ({"division_code": ["370000", "371100", ""]}, "division_code", "请选择到县"),
        ({"department_id": "7", "department_id-text": "没有"}, "department_id", "没有找到"),
        ({"contact_phone": "abc"}, "contact_phone", "电话应为"),
        ({"identity_number": "123"}, "identity_number", "身份证号码不正确"),
        ({"email": "nobody"}, "email", "电子邮箱格式不正确"),
        ({"email": "徐@y.z"}, "email", "电子邮箱格式不正确"),
        ({"agreed": ""}, "agreed", "请先阅读并同意"),
        ({"password": "12345678", "repeated": "12345678"}, "password", "至少 10 个字符"),
        ({"password": "x" * 129}, "password", "最多 128 个字符"),
        ({"repeated": "Haibian-2025-xui"}, "repeated", "两次输入的密码不一样"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_what_was_filled_in_stays(
    client, changes, field, message
):
    answer = client.post("/register/unit", data=unit_form(**changes))
    page = text_of(answer)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page
    assert message in page
    assert 'value="学苑路 18 号"' in page
    assert '<option value="371100" selected>' in page
    assert db.session.scalar(select(func.count()).select_from(Organization)) == 0


def test_a_name_of_the_registrant_that_is_none_is_told_at_that_field(client):
    page = text_of(client.post("/register/unit", data=unit_form(person_name="1")))
    assert 'id="person_name-error"' in page
    assert 'id="name-error"' not in page


def test_a_manager_registers_with_the_help_that_anybody_has(client):
    page = text_of(client.get("/register/unit"))
    for part in ("data-identity-hint", 'data-shortest="10"', 'name="repeated"', "password.js"):
        assert part in page


def test_the_summary_of_what_is_wrong_follows_the_page(client):
    page = text_of(client.post("/register/unit", data=unit_form(name="", password="")))
    assert page.index('href="#name"') < page.index('href="#password"')


def test_a_registered_number_leads_to_its_account(client):
    PersonFactory(identity_number=unit_form()["identity_number"])
    answer = client.post("/register/unit", data=unit_form())
    assert answer.status_code == 422
    for part in ("这个证件号码已有账号", "/sign-in", "/activate", "/reset"):
        assert part in text_of(answer)


def test_a_signed_in_person_registers_with_the_present_account(client):
    person = PersonFactory()
    sign_in(client, person)
    assert "identity_number" not in text_of(client.get("/register/unit"))
    client.post("/register/unit", data=unit_form())
    made = db.session.scalars(select(Organization)).one()
    assert made.registered_by_id == person.id
    assert client.get("/register/unit").location == "/register/unit/mend"


def test_the_registrant_reads_why_and_mends(client, officer):
    waiting = registered()
    with transaction():
        refuse_registration(officer, waiting.id, "代码与名称不符 <b>")
    sign_in(client, db.session.get(Person, waiting.registered_by_id))
    assert "代码与名称不符 &lt;b&gt;" in text_of(client.get("/me"))
    page = text_of(client.get("/register/unit/mend"))
    assert "代码与名称不符" in page
    assert 'value="日照新帆软件有限公司"' in page
    answer = client.post("/register/unit/mend", data=unit_form(name="日照新帆科技有限公司"))
    assert answer.status_code == 303
    assert "正在等待审核" in text_of(client.get("/register/unit/mend"))
    assert db.session.get(Organization, waiting.id).name == "日照新帆科技有限公司"


def test_who_registered_nothing_mends_nothing(client):
    sign_in(client, PersonFactory())
    assert client.get("/register/unit/mend").status_code == 404
    assert client.post("/register/unit/mend", data=unit_form()).status_code == 404


def test_an_officer_approves_from_the_list(client, officer):
    waiting = registered()
    sign_in(client, officer)
    assert "日照新帆软件有限公司" in text_of(client.get("/manage/organizations/requests"))
    page = text_of(client.get(f"/manage/organizations/requests/{waiting.id}"))
    assert identity_number(4001) not in page
    assert identity_number(4001)[-4:] in page
    client.post(f"/manage/organizations/requests/{waiting.id}/approve")
    assert db.session.get(Organization, waiting.id).is_approved
    assert "没有需要处理的注册" in text_of(client.get("/manage/organizations/requests"))


def test_a_second_approval_is_told_and_changes_nothing(client, officer):
    waiting = registered()
    sign_in(client, officer)
    for _time in range(2):
        answer = client.post(f"/manage/organizations/requests/{waiting.id}/approve")
        assert answer.status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Post)) == 2


def test_a_refusal_without_a_reason_opens_its_dialog_again(client, officer):
    waiting = registered()
    sign_in(client, officer)
    address = f"/manage/organizations/requests/{waiting.id}/refuse"
    answer = client.post(address, data={"reason": " "})
    assert answer.status_code == 422
    assert 'id="reason-error"' in text_of(answer)
    client.post(address, data={"reason": "名称不符"})
    found = db.session.get(Organization, waiting.id)
    assert (found.state, found.remark) == (OrganizationState.REFUSED, "名称不符")


def test_registrations_of_elsewhere_and_what_was_never_registered_are_not_found(client, unit):
    waiting = registered(division_code="371103")
    sign_in(client, holder(Role.BUREAU_OFFICER, make.bureau("东港区人社局", "371102")))
    for organization_id in (waiting.id, unit.id, 10**6):
        address = f"/manage/organizations/requests/{organization_id}"
        assert client.get(address).status_code == 404
        assert client.post(f"{address}/approve").status_code == 404
        assert client.post(f"{address}/refuse", data={"reason": "不"}).status_code == 404
    assert db.session.get(Organization, waiting.id).state is OrganizationState.PENDING


def test_the_list_is_paged_and_keeps_its_filter(client, officer):
    for number in range(35):
        make.unit(f"第{number}厂", "371102")
    sign_in(client, officer)
    first = text_of(client.get("/manage/organizations?kind=unit&division=371102&q=第"))
    assert first.count("/manage/organizations/") >= 30
    strange = client.get("/manage/organizations?kind=unit&endpoint=x&_anchor=y&q=第")
    assert strange.status_code == 200
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert "kind=unit" in following
    second = text_of(client.get(following))
    assert "第0厂" in second
    assert "第34厂" not in second


@pytest.mark.parametrize(
    "query", ["kind=nothing", "state=x", "division=1", "after=x", "q=%25", "parent=x"]
)
def test_filters_that_mean_nothing_do_no_harm(client, officer, query):
    sign_in(client, officer)
    assert client.get(f"/manage/organizations?{query}").status_code == 200


def test_a_list_asks_as_often_for_many_organizations_as_for_few(client, officer):
    sign_in(client, officer)
    for number in range(3):
        make.unit(f"第{number}厂", "371102")
    few = _statements(client, "/manage/organizations")
    for number in range(3, 25):
        make.unit(f"第{number}厂", "371102")
    assert _statements(client, "/manage/organizations") <= few + 1


def _statements(client, address) -> int:
    seen = []

    def listener(*arguments):
        seen.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        client.get(address)
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    return len(seen)


def test_an_officer_makes_a_department_and_a_form_comes_back_as_filled_in(client, officer):
    sign_in(client, officer)
    address = "/manage/organizations/new?kind=department"
    data = {"name": "教育局", "division_code": ["370000", "371100"], "address": "某路"}
    wrong = client.post(address, data={**data, "division_code": ["370000", "370100"]})
    assert wrong.status_code == 422
    assert 'value="某路"' in text_of(wrong)
    answer = client.post(address, data=data)
    assert answer.status_code == 303
    assert "教育局" in text_of(client.get(answer.location))


def _superiors_offered(page: str) -> str | None:
    found = re.search(r'data-kinds="([^"]*)"', page)
    return found and found[1]


@pytest.mark.parametrize("kind", OrganizationKind)
def test_a_superior_is_asked_for_only_where_there_may_be_one_that_the_search_finds(
    client, officer, kind
):
    make.bureau("日照市另一局", "371102")
    make.department("日照市教育局", "371100")
    sign_in(client, officer)
    offered = _superiors_offered(
        text_of(client.get(f"/manage/organizations/new?kind={kind.value}"))
    )
    is_supervised = kind not in (OrganizationKind.BUREAU, OrganizationKind.STAND_IN)
    assert offered == ("department" if is_supervised else None)


def test_a_bureau_typed_as_the_superior_is_refused_at_the_field(client, officer):
    sign_in(client, officer)
    data = {
        "name": "日照机械厂",
        "division_code": ["370000", "371100", "371102"],
        "nature": "enterprise",
        "parent_id-text": "日照市人社局",
    }
    answer = client.post("/manage/organizations/new?kind=unit", data=data)
    assert "没有找到这个机构" in text_of(answer)


def test_a_stand_in_is_made_and_changed_without_a_superior(client, officer):
    sign_in(client, officer)
    data = {
        "name": "日照人才中心",
        "division_code": ["370000", "371100"],
        "stand_in_kind": "talent_agency",
    }
    shown = client.post("/manage/organizations/new?kind=stand_in", data=data).location
    client.post(f"{shown}/edit", data={**data, "name": "日照市人才中心"})
    made = db.session.scalars(select(Organization).where(Organization.name == "日照市人才中心"))
    assert made.one().parent is None


def test_a_department_makes_no_bureau_by_a_forged_kind(client, unit):
    sign_in(client, holder(Role.DEPARTMENT_OFFICER, unit.parent))
    data = {"name": "假局", "division_code": ["370000", "371100", "371102"]}
    client.post("/manage/organizations/new?kind=bureau", data=data)
    assert db.session.scalar(select(Organization).where(Organization.name == "假局")) is None


def test_a_manager_edits_the_address_and_a_forged_name_changes_nothing(client, unit):
    sign_in(client, holder(Role.UNIT_MANAGER, unit))
    address = f"/manage/organizations/{unit.id}/edit"
    assert 'name="credit_code"' not in text_of(client.get(address))
    client.post(address, data={"address": "新址", "contact_phone": "", "name": "改名厂"})
    found = db.session.get(Organization, unit.id)
    assert (found.name, found.address) == ("日照造船厂", "新址")


def test_closing_says_why_not_and_then_closes(client, officer, unit):
    person = PersonFactory(unit=unit)
    sign_in(client, officer)
    address = f"/manage/organizations/{unit.id}/close"
    client.post(address)
    assert "还有人员在这个机构" in text_of(client.get(f"/manage/organizations/{unit.id}"))
    with transaction():
        person.unit_id = None
    client.post(address)
    assert db.session.get(Organization, unit.id).state is OrganizationState.CLOSED
    client.post(f"/manage/organizations/{unit.id}/reopen")
    assert db.session.get(Organization, unit.id).is_approved


@pytest.mark.parametrize("address", ["/register/unit", "/register/unit/done", "/privacy", "/"])
def test_everybody_opens_the_way_to_register(client, address):
    assert client.get(address).status_code == 200


def test_the_front_page_leads_to_the_registration(client):
    assert 'href="/register/unit"' in text_of(client.get("/"))
