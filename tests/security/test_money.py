"""The price is the server's, and only the gateway says what was paid."""

import json
import secrets
from functools import partial

import pytest
from sqlalchemy import select

from lms.core import clock as core_clock
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.types import Hours
from lms.enrollments.models import Cycle
from lms.payments.mock.models import MockPayment
from lms.payments.mock.signing import TIMESTAMP, merchant_key, signed_headers
from lms.payments.models import Order, OrderState, Payment
from tests.factories import CourseFactory, PersonFactory
from tests.security.support import at_once, count
from tests.support import sign_in

NOTIFY = "/api/v1/payments/notify"


@pytest.fixture
def buyer(app, clock):
    return PersonFactory()


@pytest.fixture
def course(app, clock):
    """A professional course of 7.5 hours, which costs 6.00 yuan."""
    return CourseFactory(category=HourCategory.PROFESSIONAL, hours=Hours(75))


def order_of(client, person, course, **form) -> Order:
    """Order the course over HTTP, with whatever else is in the form."""
    answer = sign_in(client, person).post(f"/courses/{course.slug}/orders", data=form)
    assert answer.status_code == 303
    return db.session.scalars(select(Order).order_by(Order.id.desc())).first()


def notice(order: Order, **changes) -> bytes:
    """The body of a notification that the order was paid in full."""
    number = order.number
    body = {
        "notice_id": f"N-{number}",
        "order_number": number,
        "transaction_id": f"T-{number}",
        "amount_fen": order.amount_fen,
        "method": "scan",
        "paid_at": core_clock.now().isoformat(),
    }
    return json.dumps({**body, **changes}).encode()


def send(app, body: bytes, key: bytes | None = None, **headers: str):
    """Send a notification, signed with the real key unless another is given."""
    key = key or merchant_key(app.extensions["settings"].secret_key)
    signed = signed_headers(key, body, core_clock.now_ms() // 1000)
    return app.test_client().post(NOTIFY, data=body, headers={**signed, **headers})


def state_of(order: Order) -> OrderState:
    db.session.expire_all()
    return db.session.get_one(Order, order.id).state


def test_no_field_of_the_form_changes_the_price(client, buyer, course):
    cheap = {"amount_fen": "1", "price": "0.01", "price_fen": "1", "hours": "0.1", "amount": "1"}
    order = order_of(client, buyer, course, **cheap)
    assert (order.amount_fen, order.hours) == (600, Hours(75))
    assert client.post(f"/orders/{order.number}/pay", data=cheap).status_code == 303
    assert (
        client.post(
            f"/cashier/{order.number}", data={**cheap, "method": "scan", "timing": "lost"}
        ).status_code
        == 303
    )
    paid = db.session.scalars(select(MockPayment)).one()
    assert (paid.amount_fen, paid.paid_at is not None) == (600, True)


def test_a_price_raised_later_does_not_touch_the_order(client, buyer, course):
    order = order_of(client, buyer, course)
    course.hours = Hours(10)
    db.session.commit()
    assert order_of(client, buyer, course).amount_fen == 600
    assert order.amount_fen == 600


def test_a_forged_notification_pays_nothing(app, client, buyer, course):
    order = order_of(client, buyer, course)
    assert send(app, notice(order), key=secrets.token_bytes(32)).status_code == 401
    assert app.test_client().post(NOTIFY, data=notice(order)).status_code == 401
    assert (state_of(order), count(Cycle)) == (OrderState.PENDING, 0)


def test_a_changed_notification_pays_nothing(app, client, buyer, course):
    order = order_of(client, buyer, course)
    other = order_of(app.test_client(), PersonFactory(), course)
    key = merchant_key(app.extensions["settings"].secret_key)
    headers = signed_headers(key, notice(other), core_clock.now_ms() // 1000)
    answer = app.test_client().post(NOTIFY, data=notice(order), headers=headers)
    assert answer.status_code == 401
    assert state_of(order) is OrderState.PENDING


def test_an_old_notification_pays_nothing(app, clock, client, buyer, course):
    order = order_of(client, buyer, course)
    key = merchant_key(app.extensions["settings"].secret_key)
    body = notice(order)
    headers = signed_headers(key, body, core_clock.now_ms() // 1000)
    clock.advance(minutes=6)
    assert app.test_client().post(NOTIFY, data=body, headers=headers).status_code == 401
    # Nor with a younger time written over the signed one.
    headers[TIMESTAMP] = str(core_clock.now_ms() // 1000)
    assert app.test_client().post(NOTIFY, data=body, headers=headers).status_code == 401
    assert state_of(order) is OrderState.PENDING


def test_too_little_money_pays_nothing(app, client, buyer, course):
    order = order_of(client, buyer, course)
    assert send(app, notice(order, amount_fen=1)).status_code == 422
    assert (state_of(order), count(Cycle)) == (OrderState.PENDING, 0)


def test_a_notification_sent_again_changes_nothing(app, client, buyer, course):
    order = order_of(client, buyer, course)
    body = notice(order)
    assert [send(app, body).status_code for _ in range(3)] == [200, 200, 200]
    assert state_of(order) is OrderState.PAID
    assert (count(Payment), count(Cycle)) == (1, 1)


def test_equal_notifications_at_once_pay_once(app, client, buyer, course):
    order = order_of(client, buyer, course)
    body = notice(order)
    answers = at_once([lambda: send(app, body)] * 6)
    assert [answer.status_code for answer in answers] == [200] * 6
    assert (count(Payment), count(Cycle)) == (1, 1)


def test_two_clicks_at_once_place_one_order(app, buyer, course):
    clients = [sign_in(app.test_client(), buyer) for _ in range(4)]
    address = f"/courses/{course.slug}/orders"
    answers = at_once([partial(client.post, address) for client in clients])
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert count(Order) == 1


def test_asking_for_the_check_pays_nothing(client, buyer, course):
    order = order_of(client, buyer, course)
    client.post(f"/orders/{order.number}/pay")
    client.post(f"/orders/{order.number}/check", data={"paid": "1", "state": "paid"})
    assert (state_of(order), count(Cycle)) == (OrderState.PENDING, 0)
