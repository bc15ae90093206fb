import re

import pytest
from sqlalchemy import func, select

from lms.core.db import db
from lms.core.permissions import Role
from lms.payments.models import Order, OrderState, Payment
from lms.payments.views import buy_button
from tests.factories import CourseFactory, CycleFactory, PersonFactory, PostFactory
from tests.payments.support import notice, place, professional_course
from tests.support import sign_in


def button(app, person, course) -> str:
    with app.test_request_context():
        return buy_button(course=course, person=person) or ""


def test_course_page_offers_to_buy_until_it_is_bought(app, notifier):
    person, course = PersonFactory(), professional_course()
    assert "购买 ¥6.00" in button(app, person, course)
    order = place(person, course)
    assert "继续支付 ¥6.00" in button(app, person, course)
    notifier.notify(notice(order))
    assert button(app, person, course) == ""


def test_guests_are_sent_to_sign_in_and_free_courses_have_no_button(app, clock):
    assert "登录后购买" in button(app, None, professional_course())
    assert button(app, PersonFactory(), CourseFactory()) == ""


@pytest.mark.parametrize("state", ["active", "completed", "failed"])
def test_no_button_for_a_course_that_was_begun(app, clock, state):
    cycle = CycleFactory(course=professional_course(), state=state)
    assert button(app, cycle.person, cycle.course) == ""


def test_buying_leads_to_the_order_and_on_to_the_cashier(notifier, client, tasks):
    person, course = PersonFactory(), professional_course()
    sign_in(client, person)
    placed = client.post(f"/courses/{course.slug}/orders", data={"amount_fen": "1"})
    order = db.session.scalars(select(Order)).one()
    assert placed.location == f"/orders/{order.number}"
    assert order.amount_fen == 600
    assert "等待支付 ¥6.00" in client.get(placed.location).get_data(as_text=True)
    assert client.post(f"{placed.location}/pay").location == f"/cashier/{order.number}"


def test_order_page_polls_while_it_waits_and_no_longer(notifier, client):
    order = place()
    sign_in(client, order.person)
    waiting = client.get(f"/orders/{order.number}", headers={"HX-Request": "true"})
    assert "hx-trigger" in waiting.get_data(as_text=True)
    assert "<html" not in waiting.get_data(as_text=True)
    notifier.notify(notice(order))
    paid = client.get(f"/orders/{order.number}", headers={"HX-Request": "true"})
    assert "支付成功" in paid.get_data(as_text=True)
    assert "hx-trigger" not in paid.get_data(as_text=True)


@pytest.mark.parametrize("path", ["", "/pay", "/check", "/cancel"])
def test_another_persons_order_is_not_found(app, clock, client, path):
    order = place()
    sign_in(client, PersonFactory())
    ask = client.post if path else client.get
    assert ask(f"/orders/{order.number}{path}").status_code == 404
    assert order.state is OrderState.PENDING


def test_cancelled_order_is_closed_and_cannot_be_paid_from_the_page(app, clock, client):
    order = place()
    sign_in(client, order.person)
    client.post(f"/orders/{order.number}/cancel")
    db.session.rollback()
    assert order.state is OrderState.CLOSED
    assert client.post(f"/orders/{order.number}/pay").status_code == 409


def test_list_shows_own_orders_only_and_says_what_to_do_without_any(app, clock, client):
    order = place()
    text = sign_in(client, order.person).get("/orders").get_data(as_text=True)
    assert order.number in text
    other = sign_in(client, PersonFactory()).get("/orders").get_data(as_text=True)
    assert order.number not in other
    assert "还没有订单" in other


def paid_order(notifier) -> Order:
    order = place()
    notifier.notify(notice(order))
    return order


def test_staff_see_orders_of_their_base_and_refund_with_a_reason(notifier, client, tasks):
    order = paid_order(notifier)
    manager = PostFactory(organization=order.course.base, role=Role.BASE_MANAGER).person
    sign_in(client, manager)
    assert order.number in client.get("/manage/orders").get_data(as_text=True)
    address = f"/manage/orders/{order.number}"
    assert client.post(f"{address}/refund", data={"reason": ""}).status_code == 422
    client.post(f"{address}/refund", data={"reason": "学员申请"})
    tasks.run_all()
    db.session.rollback()
    assert order.state is OrderState.REFUNDED
    assert "学员申请" in client.get(address).get_data(as_text=True)


def test_staff_of_another_base_find_no_order(notifier, client):
    order = paid_order(notifier)
    sign_in(client, PostFactory(role=Role.BASE_MANAGER).person)
    assert order.number not in client.get("/manage/orders").get_data(as_text=True)
    address = f"/manage/orders/{order.number}"
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/refund", data={"reason": "x"}).status_code == 404
    assert order.state is OrderState.PAID


def test_notify_takes_no_forgery_token_but_a_signature(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        response = client.post("/api/v1/payments/notify", data=b"{}")
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"
    assert db.session.scalar(select(func.count(Payment.id))) == 0


def test_pages_hold_no_inline_style_or_script(notifier, client):
    order = place()
    sign_in(client, order.person)
    for path in ("/orders", f"/orders/{order.number}"):
        assert not re.search(r'\sstyle="|\son\w+="', client.get(path).get_data(as_text=True))


def test_two_courses_are_two_orders(app, clock):
    person = PersonFactory()
    assert place(person).id != place(person).id
