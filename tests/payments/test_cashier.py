import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.payments.mock.models import MockNotice, MockPayment, MockTiming
from lms.payments.mock.tasks import send_due_notices
from lms.payments.models import Notification, Order, OrderState, Payment
from lms.payments.operations import begin_payment
from lms.payments.reconciliation import differences
from lms.payments.tasks import expire_orders
from tests.payments.support import notice, place
from tests.support import sign_in

DAY = dt.date(2025, 6, 2)


def prepared() -> Order:
    """An order whose payment waits at the cashier."""
    order = place()
    with transaction():
        begin_payment(order, f"/orders/{order.number}")
    return order


def pay(client, order: Order, timing: MockTiming = MockTiming.PROMPT):
    data = {"method": "scan", "timing": timing.value}
    return client.post(f"/cashier/{order.number}", data=data)


def test_cashier_says_that_it_is_a_demonstration_and_the_amount(notifier, client):
    order = prepared()
    page = client.get(f"/cashier/{order.number}").get_data(as_text=True)
    assert "不会扣款" in page
    assert "6.00" in page


def test_paying_notifies_over_http_and_leads_back_to_the_order(notifier, client, tasks):
    order = prepared()
    response = pay(client, order)
    assert response.location == f"/orders/{order.number}"
    assert order.state is OrderState.PENDING
    tasks.run_all()
    db.session.rollback()
    assert order.state is OrderState.PAID


def test_gateway_repeats_its_notification_and_nothing_changes(notifier, client, tasks, clock):
    order = prepared()
    pay(client, order)
    tasks.run_all()
    clock.advance(5)
    send_due_notices.run()
    db.session.rollback()
    attempts = db.session.scalars(select(MockNotice.attempts)).all()
    assert attempts == [1, 1]
    assert db.session.scalar(select(func.count(Payment.id))) == 1
    assert db.session.scalar(select(func.count(Notification.id))) == 1


def test_late_notification_arrives_by_the_sweep(notifier, client, tasks, clock):
    order = prepared()
    pay(client, order, MockTiming.LATE)
    send_due_notices.run()
    db.session.rollback()
    assert order.state is OrderState.PENDING
    clock.advance(61)
    send_due_notices.run()
    db.session.rollback()
    assert order.state is OrderState.PAID


def test_notification_is_sent_until_the_platform_takes_it(notifier, client, tasks, clock):
    order = prepared()
    notifier.is_away = True
    pay(client, order)
    tasks.run_all()
    notifier.is_away = False
    clock.advance(60)
    send_due_notices.run()
    db.session.rollback()
    assert order.state is OrderState.PAID


def test_lost_notification_is_made_good_by_asking_the_gateway(notifier, client, tasks):
    order = prepared()
    pay(client, order, MockTiming.LOST)
    tasks.run_all()
    sign_in(client, order.person).post(f"/orders/{order.number}/check")
    db.session.rollback()
    assert order.state is OrderState.PAID


def test_notification_after_a_query_changes_nothing(notifier, client, tasks):
    order = prepared()
    pay(client, order)
    sign_in(client, order.person).post(f"/orders/{order.number}/check")
    tasks.run_all()
    db.session.rollback()
    assert order.state is OrderState.PAID
    assert db.session.scalar(select(func.count(Payment.id))) == 1


def test_order_paid_without_notice_is_not_closed_when_its_time_is_over(
    notifier, client, tasks, clock
):
    order = prepared()
    pay(client, order, MockTiming.LOST)
    other = place()
    clock.advance(hours=1)
    expire_orders.run()
    db.session.rollback()
    assert (order.state, other.state) == (OrderState.PAID, OrderState.CLOSED)


def test_cashier_takes_the_money_once(notifier, client):
    order = prepared()
    pay(client, order)
    pay(client, order)
    assert db.session.scalar(select(func.count(MockNotice.id))) == 2
    assert "已经付过款" in client.get(f"/cashier/{order.number}").get_data(as_text=True)


@pytest.mark.parametrize("data", [{}, {"method": "cash", "timing": "prompt"}, {"method": "scan"}])
def test_incomplete_form_takes_no_money(notifier, client, data):
    order = prepared()
    if "timing" not in data:
        data = {**data, "timing": "never"}
    assert client.post(f"/cashier/{order.number}", data=data).status_code == 422
    assert db.session.scalars(select(MockPayment)).one().paid_at is None


def test_amount_in_the_form_means_nothing(notifier, client, tasks):
    order = prepared()
    data = {"method": "scan", "timing": "prompt", "amount_fen": "1", "amount": "0.01"}
    client.post(f"/cashier/{order.number}", data=data)
    tasks.run_all()
    assert db.session.scalars(select(Payment)).one().amount_fen == 600


def test_unknown_number_has_no_cashier(app, client):
    assert client.get("/cashier/20250602-NOTHING0").status_code == 404


def test_books_agree_after_payment_and_refund(notifier, client, tasks):
    order = prepared()
    pay(client, order)
    tasks.run_all()
    assert differences(DAY) == []
    runner = client.application.test_cli_runner()
    assert runner.invoke(args=["reconcile-payments", "2025-06-02"]).exit_code == 0


def test_reconciliation_finds_what_only_one_side_has(notifier, client, tasks, app):
    lost = prepared()
    pay(client, lost, MockTiming.LOST)
    ours = place()
    notifier.notify(notice(ours))
    found = differences(DAY)
    assert len(found) == 2
    assert any("we none" in line and lost.number in line for line in found)
    assert any("the gateway none" in line and ours.number in line for line in found)
    result = app.test_cli_runner().invoke(args=["reconcile-payments", "2025-06-02"])
    assert result.exit_code == 1
    assert lost.number in result.output


def test_reconciliation_finds_another_amount_and_an_order_left_unpaid(notifier, client, tasks):
    order = prepared()
    pay(client, order)
    tasks.run_all()
    with transaction():
        db.session.scalars(select(MockPayment)).one().amount_fen = 700
        order.state = OrderState.CLOSED
    found = differences(DAY)
    assert any("the gateway says" in line for line in found)
    assert any("is closed" in line for line in found)
