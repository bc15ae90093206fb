import threading

import pytest
from sqlalchemy import func, select

from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, IllegalMove, Invalid, NotAllowed
from lms.core.permissions import Role
from lms.core.states import move
from lms.core.types import Hours
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import fail_cycle
from lms.payments import operations, refunds
from lms.payments.models import Order, OrderState, Refund, RefundCause
from lms.payments.states import ORDER_MOVES
from tests.factories import CycleFactory, PersonFactory, PostFactory
from tests.payments.support import notice, place, professional_course

ALLOWED = {
    (OrderState.PENDING, OrderState.PAID),
    (OrderState.PENDING, OrderState.CLOSED),
    (OrderState.CLOSED, OrderState.PAID),
    (OrderState.PAID, OrderState.REFUNDED),
}


@pytest.mark.parametrize("source", OrderState)
@pytest.mark.parametrize("target", OrderState)
def test_order_moves_by_its_table_alone(source, target):
    order = Order(state=source)
    if (source, target) in ALLOWED:
        move(order, target, ORDER_MOVES)
        assert order.state is target
    else:
        with pytest.raises(IllegalMove):
            move(order, target, ORDER_MOVES)


@pytest.mark.parametrize(("tenths", "fen"), [(75, 600), (10, 80), (1, 8), (25, 200), (900, 7200)])
def test_price_is_hours_times_eighty_fen_frozen_in_the_order(app, clock, tenths, fen):
    course = professional_course(hours=Hours(tenths))
    order = place(course=course)
    with transaction():
        course.hours = Hours(5)
    assert (order.amount_fen, order.hours) == (fen, Hours(tenths))


def test_second_click_gets_the_same_order(app, clock):
    order = place()
    assert place(order.person, order.course).id == order.id


def test_parallel_clicks_place_one_order(app, clock):
    person, course = PersonFactory(), professional_course()
    ids = (person.id, course.id)

    def click() -> None:
        with app.app_context(), transaction():
            operations.place_order(
                db.session.get_one(type(person), ids[0]), db.session.get_one(type(course), ids[1])
            )

    threads = [threading.Thread(target=click) for _click in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalar(select(func.count(Order.id))) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"category": HourCategory.PUBLIC},
        {"state": CourseState.DRAFT},
        {"state": CourseState.WITHDRAWN},
    ],
)
def test_free_and_closed_courses_are_not_sold(app, clock, facts):
    with pytest.raises(Conflict):
        place(course=professional_course(**facts))


@pytest.mark.parametrize("state", sorted(set(CycleState) - {CycleState.WITHDRAWN}, key=str))
def test_course_begun_completed_or_failed_is_not_sold_again(app, clock, state):
    cycle = CycleFactory(course=professional_course(), state=state)
    with pytest.raises(Conflict):
        place(cycle.person, cycle.course)


def test_bought_course_is_not_sold_again(notifier):
    order = place()
    notifier.notify(notice(order))
    with pytest.raises(Conflict):
        place(order.person, order.course)


def test_order_whose_time_is_over_gives_way_to_a_new_one(app, clock):
    first = place()
    clock.advance(minutes=31)
    second = place(first.person, first.course)
    assert second.id != first.id
    assert first.state is OrderState.CLOSED


def test_numbers_are_readable_and_differ(app, clock):
    numbers = {place().number for _order in range(20)}
    assert len(numbers) == 20
    assert all(n.startswith("20250602-") and len(n) == 17 for n in numbers)


def paid_order(notifier) -> Order:
    order = place()
    notifier.notify(notice(order))
    return order


def manager_of(order: Order):
    return PostFactory(organization=order.course.base, role=Role.BASE_MANAGER).person


def test_staff_refund_gives_the_price_back_and_ends_the_study(notifier, tasks):
    order = paid_order(notifier)
    with transaction():
        operations.refund_order(manager_of(order), order, "学员申请")
    tasks.run_all()
    refund = db.session.scalars(select(Refund)).one()
    assert order.state is OrderState.REFUNDED
    assert (refund.cause, refund.amount_fen) == (RefundCause.STAFF, order.amount_fen)
    assert refund.done_at is not None
    assert db.session.scalars(select(Cycle)).one().state is not CycleState.ACTIVE


def test_refund_needs_the_base_a_reason_and_a_paid_order(notifier):
    order = paid_order(notifier)
    stranger = PostFactory(role=Role.BASE_MANAGER).person
    with pytest.raises(NotAllowed), transaction():
        operations.refund_order(stranger, order, "学员申请")
    with pytest.raises(Invalid), transaction():
        operations.refund_order(manager_of(order), order, "  ")
    pending = place()
    with pytest.raises(Conflict), transaction():
        operations.refund_order(manager_of(pending), pending, "学员申请")
    assert order.state is OrderState.PAID


def test_completed_course_is_not_refunded(notifier):
    order = paid_order(notifier)
    with transaction():
        db.session.scalars(select(Cycle)).one().state = CycleState.COMPLETED
    with pytest.raises(Conflict), transaction():
        operations.refund_order(manager_of(order), order, "学员申请")
    assert order.state is OrderState.PAID


def test_refund_that_the_queue_lost_is_found_by_the_sweep(notifier, tasks):
    order = paid_order(notifier)
    with transaction():
        operations.refund_order(manager_of(order), order, "学员申请")
    tasks.queued.clear()
    refunds.send_open_refunds.run()
    refunds.send_open_refunds.run()
    assert db.session.scalars(select(Refund)).one().done_at is not None


def test_refunded_course_can_be_bought_and_begun_anew(notifier, tasks):
    order = paid_order(notifier)
    with transaction():
        operations.refund_order(manager_of(order), order, "学员申请")
    tasks.run_all()
    with transaction():
        again = operations.place_order(order.person, order.course)
    notifier.notify(notice(again))
    cycles = db.session.scalars(select(Cycle).order_by(Cycle.number)).all()
    assert [cycle.state for cycle in cycles] == [CycleState.WITHDRAWN, CycleState.ACTIVE]


def test_refund_after_a_failed_exam_leaves_no_free_restudy(notifier, tasks):
    order = paid_order(notifier)
    with transaction():
        fail_cycle(db.session.scalars(select(Cycle)).one())
    with transaction():
        operations.refund_order(manager_of(order), order, "学员申请")
    tasks.run_all()
    assert db.session.scalars(select(Cycle)).one().state is CycleState.WITHDRAWN
    with transaction():
        assert operations.place_order(order.person, order.course).id != order.id
