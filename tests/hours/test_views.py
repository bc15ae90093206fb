import pytest

from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.permissions import Role
from lms.core.types import Hours
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


def test_large_lists_are_paged(bank, tasks, client):
    first = refused_delivery(bank, tasks)
    base = first.credit.cycle.course.base
    for _number in range(51):
        credit = earn(base=base)
        with transaction():
            credit.deliveries[0].state = DeliveryState.REFUSED
    manager = PostFactory(organization=base, role=Role.BASE_MANAGER).person
    assert "下一页" in page(client, manager, "/manage/deliveries")
    assert "年度已关闭" in page(client, manager, f"/manage/deliveries?after={first.id + 1}")
