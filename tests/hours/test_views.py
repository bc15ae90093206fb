import pytest
from sqlalchemy import select

from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.hours import manage_views
from lms.hours.models import Delivery, DeliveryState
from tests.factories import PersonFactory, PostFactory
from tests.hours.support import answer, earn
from tests.support import sign_in


def page(client, person, address: str) -> str:
    response = sign_in(client, person).get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_year_shows_the_banks_figures_and_what_is_short_in_words(bank, tasks, client):
    credit = earn(hours=Hours(285), category=HourCategory.PUBLIC)
    tasks.run_all()
    text = page(client, credit.person, "/me/hours")
    assert "公需科目还差 1.5 学时" in text
    assert "专业科目还差 60 学时" in text
    assert "已入账" in text
    assert credit.certificate_number in text


def test_year_without_the_banks_word_shows_own_credits_and_says_so(bank, client):
    credit = earn(hours=Hours(25))
    text = page(client, credit.person, "/me/hours")
    assert "学时银行还没有返回本年度数据" in text
    assert "2.5" in text
    assert "在途" in text


def test_looking_at_the_year_asks_the_bank_for_it(bank, tasks, client):
    person = PersonFactory()
    page(client, person, "/me/hours")
    tasks.run_all()
    assert "公需科目还差 30 学时" in page(client, person, "/me/hours")


def test_refused_hours_say_why(bank, tasks, client):
    bank.misdeeds = [answer(422, '{"detail": "年度已关闭"}', "application/problem+json")]
    credit = earn()
    tasks.run_all()
    text = page(client, credit.person, "/me/hours")
    assert "被拒绝" in text
    assert "年度已关闭" in text


def test_trace_shows_the_way_from_course_to_entry_number(bank, tasks, client):
    credit = earn()
    tasks.run_all()
    text = page(client, credit.person, f"/me/hours/{credit.id}")
    assert credit.cycle.course.title in text
    assert credit.deliveries[0].receipt["entry"] in text


def test_another_persons_trace_is_not_found(bank, client):
    credit = earn()
    response = sign_in(client, PersonFactory()).get(f"/me/hours/{credit.id}")
    assert response.status_code == 404
    assert credit.certificate_number not in response.get_data(as_text=True)


@pytest.mark.parametrize("year", ["abc", "-1", "1999"])
def test_odd_years_show_the_present_one(bank, client, year):
    assert "2025 年" in page(client, PersonFactory(), f"/me/hours?year={year}")


def test_my_page_has_the_years_rings(bank, tasks, client):
    credit = earn(hours=Hours(300))
    tasks.run_all()
    assert "2025 年学时" in page(client, credit.person, "/me")


def send_again(client, *deliveries: Delivery):
    ids = [delivery.id for delivery in deliveries]
    return client.post("/manage/deliveries/retry", data={"delivery_ids": ids})


def refused_delivery(bank, tasks) -> Delivery:
    bank.misdeeds = [answer(422, '{"detail": "年度已关闭"}', "application/problem+json")]
    credit = earn()
    tasks.run_all()
    return credit.deliveries[0]


def test_staff_see_refused_deliveries_of_their_base_and_send_again(bank, tasks, client):
    delivery = refused_delivery(bank, tasks)
    base = delivery.credit.cycle.course.base
    manager = PostFactory(organization=base, role=Role.BASE_MANAGER).person
    assert "年度已关闭" in page(client, manager, "/manage/deliveries")
    assert send_again(client, delivery).status_code == 302
    tasks.run_all()
    db.session.expire_all()
    assert delivery.state is DeliveryState.ACKNOWLEDGED


def test_staff_of_another_base_neither_see_nor_send(bank, tasks, client):
    delivery = refused_delivery(bank, tasks)
    stranger = PostFactory(role=Role.BASE_MANAGER).person
    assert "年度已关闭" not in page(client, stranger, "/manage/deliveries")
    assert send_again(client, delivery).status_code == 404


def test_learners_may_not_open_the_deliveries(app, client):
    assert sign_in(client, PersonFactory()).get("/manage/deliveries").status_code == 403


def test_large_lists_are_paged(bank, tasks, client, monkeypatch):
    monkeypatch.setattr(manage_views, "PAGE_SIZE", 2)
    first = refused_delivery(bank, tasks)
    base = first.credit.cycle.course.base
    for _number in range(2):
        credit = earn(base=base)
        with transaction():
            credit.deliveries[0].state = DeliveryState.REFUSED
    manager = PostFactory(organization=base, role=Role.BASE_MANAGER).person
    assert "下一页" in page(client, manager, "/manage/deliveries")
    assert "年度已关闭" in page(client, manager, f"/manage/deliveries?after={first.id + 1}")


def test_several_that_were_picked_are_sent_again_and_each_is_recorded(bank, tasks, client):
    first = refused_delivery(bank, tasks)
    base = first.credit.cycle.course.base
    body = '{"detail": "年度已关闭"}'
    bank.misdeeds = [answer(422, body, "application/problem+json")]
    second = earn(base=base).deliveries[0]
    tasks.run_all()
    manager = PostFactory(organization=base, role=Role.BASE_MANAGER).person
    text = page(client, manager, "/manage/deliveries")
    assert "被拒绝（2）" in text
    assert send_again(client, first, second).status_code == 302
    tasks.run_all()
    db.session.expire_all()
    assert [first.state, second.state] == [DeliveryState.ACKNOWLEDGED] * 2
    tag = AuditTag.HOURS_DELIVERY_RETRY.value
    events = select(AuditEvent.actor_id, AuditEvent.subject).where(AuditEvent.tag == tag)
    assert db.session.execute(events.order_by(AuditEvent.subject)).all() == [
        (manager.id, f"delivery:{first.id}"),
        (manager.id, f"delivery:{second.id}"),
    ]


def test_one_of_anothers_among_those_picked_sends_none(bank, tasks, client):
    own, other = refused_delivery(bank, tasks), refused_delivery(bank, tasks)
    base = own.credit.cycle.course.base
    sign_in(client, PostFactory(organization=base, role=Role.BASE_MANAGER).person)
    assert send_again(client, own, other).status_code == 404
    assert send_again(client).status_code == 302
    db.session.expire_all()
    assert [own.state, other.state] == [DeliveryState.REFUSED] * 2


def test_one_that_was_settled_meanwhile_keeps_nobody_back(bank, tasks, client):
    refused = refused_delivery(bank, tasks)
    base = refused.credit.cycle.course.base
    settled = earn(base=base).deliveries[0]
    tasks.run_all()
    sign_in(client, PostFactory(organization=base, role=Role.BASE_MANAGER).person)
    send_again(client, refused, settled)
    tasks.run_all()
    db.session.expire_all()
    assert [refused.state, settled.state] == [DeliveryState.ACKNOWLEDGED] * 2


def test_hours_long_on_their_way_are_called_to_attention(bank, tasks, client, clock):
    bank.is_away = True
    credit = earn()
    tasks.run_all()
    base = credit.cycle.course.base
    manager = PostFactory(organization=base, role=Role.BASE_MANAGER).person
    assert "在途超过一天" not in page(client, manager, "/manage/deliveries?state=pending")
    clock.advance(days=2)
    text = page(client, manager, "/manage/deliveries?state=pending")
    assert "在途超过一天" in text
    assert "暂时连接不上学时银行" in text


def test_refused_ones_are_counted_beside_the_link(bank, tasks, client):
    delivery = refused_delivery(bank, tasks)
    base = delivery.credit.cycle.course.base
    manager = PostFactory(organization=base, role=Role.BASE_MANAGER).person
    assert "1<span" in page(client, manager, "/manage/deliveries?state=pending")
