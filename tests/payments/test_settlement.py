import threading

import httpx
import pytest
from sqlalchemy import func, select

from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from lms.enrollments.models import Cycle, EntryReason
from lms.payments import operations
from lms.payments.mock.models import MockRefund
from lms.payments.models import (
    NoticeOutcome,
    Notification,
    Order,
    OrderState,
    Payment,
    Refund,
    RefundCause,
)
from tests.factories import CycleFactory
from tests.payments.support import notice, place


def count(model) -> int:
    return db.session.scalar(select(func.count(model.id))) or 0


def nothing_changed(order: Order) -> bool:
    rows = [count(model) for model in (Payment, Refund, Cycle)]
    return order.state is OrderState.PENDING and rows == [0, 0, 0]


def test_paid_order_begins_the_study_in_the_same_transaction(notifier):
    order = place()
    assert notifier.notify(notice(order)).status_code == 200
    cycle = db.session.scalars(select(Cycle)).one()
    assert order.state is OrderState.PAID
    assert (cycle.person_id, cycle.reason) == (order.person_id, EntryReason.ORDER)


def test_repeated_notification_changes_nothing(notifier):
    order = place()
    body = notice(order)
    notifier.notify(body)
    repeat = notifier.notify(body)
    assert repeat.json() == {"result": "repeated"}
    assert [count(model) for model in (Payment, Notification, Cycle)] == [1, 1, 1]


def test_replayed_request_changes_nothing_and_an_old_one_is_refused(notifier, clock):
    order = place()
    request = notifier.signed(notice(order))
    notifier.send(request)
    assert notifier.send(request).json() == {"result": "repeated"}
    clock.advance(301)
    assert notifier.send(request).status_code == 401
    assert count(Payment) == 1


def test_same_transaction_under_another_notice_is_a_repeat(notifier):
    order = place()
    body = notice(order)
    notifier.notify(body)
    response = notifier.notify({**body, "notice_id": "another"})
    assert response.json() == {"result": "repeated"}
    assert [count(model) for model in (Payment, Refund)] == [1, 0]


@pytest.mark.parametrize("header", ["Mock-Pay-Signature", "Mock-Pay-Nonce", "Mock-Pay-Timestamp"])
@pytest.mark.parametrize("value", ["", "0", "-1", "9" * 40, "now"])
def test_forged_notification_changes_nothing(notifier, header, value):
    order = place()
    request = notifier.signed(notice(order))
    request.headers[header] = value
    assert notifier.send(request).status_code == 401
    assert nothing_changed(order)
    assert count(Notification) == 0


def test_notification_signed_with_another_key_changes_nothing(notifier):
    order = place()
    assert notifier.send(notifier.signed(notice(order), key=b"guessed")).status_code == 401
    assert nothing_changed(order)


def test_changed_body_under_a_genuine_signature_changes_nothing(notifier):
    order, other = place(), place()
    request = notifier.signed(notice(order))
    body = request.content.replace(order.number.encode(), other.number.encode())
    forged = httpx.Request("POST", request.url, content=body, headers=request.headers)
    forged.headers["Content-Length"] = str(len(body))
    assert notifier.send(forged).status_code == 401
    assert nothing_changed(other)


@pytest.mark.parametrize("amount", [1, 599, 601, 0, -600])
def test_wrong_amount_changes_nothing_but_is_kept_for_the_books(notifier, amount):
    order = place()
    response = notifier.notify(notice(order, amount_fen=amount))
    assert response.status_code == 422
    assert nothing_changed(order)
    assert db.session.scalars(select(Notification)).one().outcome is NoticeOutcome.WRONG_AMOUNT


def test_unknown_order_changes_nothing(notifier):
    order = place()
    assert notifier.notify(notice(order, order_number="20250602-NOTHING0")).status_code == 422
    assert nothing_changed(order)


@pytest.mark.parametrize("body", [{}, {"amount_fen": "600"}, {"paid_at": "2025-06-02"}, [1]])
def test_genuine_nonsense_is_refused(notifier, body):
    order = place()
    sent = {**notice(order), **body} if isinstance(body, dict) and body else body
    assert notifier.notify(sent).status_code == 401
    assert nothing_changed(order)


def test_second_payment_of_an_order_is_refunded_by_itself(notifier, tasks):
    order = place()
    notifier.notify(notice(order))
    assert notifier.notify(notice(order)).json() == {"result": "refunded"}
    tasks.run_all()
    refund = db.session.scalars(select(Refund)).one()
    assert (refund.cause, refund.amount_fen) == (RefundCause.NOT_NEEDED, order.amount_fen)
    assert refund.done_at is not None
    assert count(MockRefund) == 1
    assert order.state is OrderState.PAID
    assert count(Cycle) == 1


def test_late_payment_reopens_a_closed_order(notifier, clock):
    order = place()
    clock.advance(hours=2)
    with transaction():
        operations.expire_order(order.number)
    assert order.state is OrderState.CLOSED
    notifier.notify(notice(order))
    assert order.state is OrderState.PAID
    assert count(Cycle) == 1


def test_late_payment_closes_the_order_placed_in_its_stead(notifier, clock):
    first = place()
    clock.advance(hours=2)
    second = place(first.person, first.course)
    assert (first.state, second.state) == (OrderState.CLOSED, OrderState.PENDING)
    notifier.notify(notice(first))
    assert (first.state, second.state) == (OrderState.PAID, OrderState.CLOSED)


def test_late_payment_of_a_course_bought_meanwhile_is_refunded(notifier, clock, tasks):
    first = place()
    clock.advance(hours=2)
    second = place(first.person, first.course)
    notifier.notify(notice(second))
    assert notifier.notify(notice(first)).json() == {"result": "refunded"}
    tasks.run_all()
    assert (first.state, second.state) == (OrderState.CLOSED, OrderState.PAID)
    assert first.payments[0].refund.done_at is not None


def test_payment_for_a_course_that_was_withdrawn_is_refunded(notifier, tasks):
    order = place()
    with transaction():
        order.course.state = CourseState.WITHDRAWN
    assert notifier.notify(notice(order)).json() == {"result": "refunded"}
    assert order.state is OrderState.CLOSED
    assert count(Cycle) == 0


def test_payment_for_a_course_begun_otherwise_is_refunded(notifier):
    order = place()
    CycleFactory(person=order.person, course=order.course)
    assert notifier.notify(notice(order)).json() == {"result": "refunded"}
    assert count(Cycle) == 1


def in_parallel(notifier, requests: list[httpx.Request]) -> list[httpx.Response]:
    answers: list[httpx.Response] = []
    threads = [
        threading.Thread(
            target=lambda r=request: answers.append(notifier.transport.handle_request(r))
        )
        for request in requests
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return answers


def test_parallel_copies_of_a_notification_pay_once(notifier):
    order = place()
    body = notice(order)
    answers = in_parallel(notifier, [notifier.signed(body) for _copy in range(8)])
    assert [answer.status_code for answer in answers] == [200] * 8
    assert [count(model) for model in (Payment, Notification, Refund, Cycle)] == [1, 1, 0, 1]


def test_parallel_payments_of_one_order_pay_once_and_go_back_otherwise(notifier):
    order = place()
    requests = [notifier.signed(notice(order)) for _payment in range(5)]
    answers = in_parallel(notifier, requests)
    assert [answer.status_code for answer in answers] == [200] * 5
    assert [count(model) for model in (Payment, Refund, Cycle)] == [5, 4, 1]


def test_parallel_payments_of_two_orders_of_one_course_buy_it_once(notifier, clock):
    first = place()
    clock.advance(hours=2)
    second = place(first.person, first.course)
    in_parallel(notifier, [notifier.signed(notice(order)) for order in (first, second)])
    states = sorted(order.state.value for order in db.session.scalars(select(Order)))
    assert states == ["closed", "paid"]
    assert [count(model) for model in (Payment, Refund, Cycle)] == [2, 1, 1]
