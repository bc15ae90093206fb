import datetime as dt

import pytest
from sqlalchemy import select

from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.hours.models import Delivery, DeliveryState
from lms.hours.reconciliation.models import Reconciliation
from lms.hours.reconciliation.running import reconcile
from lms.organizations.models import Division, OrganizationKind
from tests.factories import OrganizationFactory, PostFactory
from tests.factories.accounts import province
from tests.hours.support import earn, lose
from tests.support import sign_in

TODAY = dt.date(2025, 6, 2)
DAYS, DAY = "/manage/hours/reconciliation", "/manage/hours/reconciliation/2025-06-02"


@pytest.fixture
def officer(app):
    """An officer of the province, above every base."""
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU, division_code=province().code)
    return PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person


def page(client, person, address: str) -> str:
    response = sign_in(client, person).get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def delivered(tasks, **course):
    credit = earn(**course)
    tasks.run_all()
    return credit


def test_without_hours_the_page_says_what_will_stand_there(line, client, officer):
    assert "还没有需要对账的学时" in page(client, officer, DAYS)


def test_month_shows_both_sides_of_each_day_and_that_nothing_differs(line, tasks, client, officer):
    delivered(tasks, hours=Hours(25))
    delivered(tasks, hours=Hours(300))
    reconcile(TODAY)
    text = page(client, officer, DAYS)
    assert "差异 0 处：两边的账一致" in text
    assert text.count("32.5") == 2
    assert "2025 年 6 月" in text
    assert "上个月" not in text


def test_months_lead_to_each_other(line, tasks, client, clock, officer):
    delivered(tasks)
    clock.advance(days=40)
    text = page(client, officer, f"{DAYS}?month=2025-06")
    assert "month=2025-07" in text
    assert "2025-06-30" in text
    assert "尚未对账" in text
    assert "month=2025-06" in page(client, officer, DAYS)
    assert page(client, officer, f"{DAYS}?month=nonsense")


def test_bank_that_gave_no_statement_is_named_with_its_reason(line, tasks, client, officer):
    delivered(tasks)
    line.is_away = True
    reconcile(TODAY)
    assert "没有取得账单" in page(client, officer, DAYS)
    text = page(client, officer, DAY)
    assert "没有取得学时银行的账单" in text
    assert "暂时连接不上学时银行" in text


def test_run_under_way_shows_how_far_it_has_come(line, tasks, client, clock, officer):
    delivered(tasks)
    with transaction():
        busy = clock.present + dt.timedelta(minutes=1)
        db.session.add(Reconciliation(day=TODAY, busy_until=busy, read_count=500, total_count=900))
    assert "正在对账" in page(client, officer, DAYS)
    text = page(client, officer, DAY)
    assert "已读 500 / 900 笔" in text
    assert "hx-trigger" in text


def test_difference_stands_side_by_side_and_its_button_mends_it(
    line, stand_in, tasks, client, officer
):
    credit = delivered(tasks, hours=Hours(25), category=HourCategory.PUBLIC)
    stand_in.entries.clear()
    stand_in._answers.clear()
    reconcile(TODAY)
    text = page(client, officer, DAY)
    for told in ("平台有回执，银行没有记账", credit.person.name, credit.reference, "重新投递"):
        assert told in text
    assert "1<span" in page(client, officer, "/me")
    number = db.session.scalar(select(Reconciliation)).differences[0].id
    assert client.post(f"{DAYS}/differences/{number}/deliver").status_code == 302
    tasks.run_all()
    text = page(client, officer, DAY)
    assert "差异 0 处" in text
    assert "已经一致的" in text
    assert len(stand_in.entries) == 1


def test_lost_receipt_is_fetched_by_a_button_and_who_pressed_it_is_recorded(
    line, tasks, client, officer
):
    line.misdeeds = [lose]
    delivered(tasks)
    reconcile(TODAY)
    number = db.session.scalar(select(Reconciliation)).differences[0].id
    assert "取回回执" in page(client, officer, DAY)
    assert client.post(f"{DAYS}/differences/{number}/receipt").status_code == 302
    tasks.run_all()
    assert db.session.scalars(select(Delivery.state)).one() is DeliveryState.ACKNOWLEDGED
    tags = select(AuditEvent.actor_id).where(AuditEvent.tag == AuditTag.HOURS_RECEIPT_FETCH.value)
    assert db.session.scalars(tags).one() == officer.id


def test_bureau_of_another_city_sees_the_entry_but_not_whose_it_is(line, stand_in, tasks, client):
    credit = delivered(tasks)
    stand_in.entries.clear()
    reconcile(TODAY)
    with transaction():
        db.session.add(Division(code="370600", name="烟台市", parent_code=province().code))
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU, division_code="370600")
    officer = PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person
    text = page(client, officer, DAY)
    assert credit.reference in text
    assert credit.title not in text
    assert "由当地处理" in text
    number = db.session.scalar(select(Reconciliation)).differences[0].id
    assert client.post(f"{DAYS}/differences/{number}/deliver").status_code == 403


def test_day_is_compared_on_demand(line, tasks, client, officer):
    delivered(tasks)
    assert "现在对账" in page(client, officer, DAY)
    assert client.post(f"{DAY}/run").status_code == 302
    tasks.run_all()
    assert "差异 0 处" in page(client, officer, DAY)


@pytest.mark.parametrize("day", ["2025-06-03", "20250602", "nonsense", "2025-6-2"])
def test_days_to_come_and_what_is_no_day_are_not_found(line, client, officer, day):
    assert sign_in(client, officer).get(f"{DAYS}/{day}").status_code == 404
    assert client.post(f"{DAYS}/{day}/run").status_code == 404
