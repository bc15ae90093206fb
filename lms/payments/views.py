"""Buying a course, one's orders, and the button on the course page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.catalog.queries import get_visible_course
from lms.core.db import transaction
from lms.core.enums import HourCategory
from lms.enrollments.queries import active_cycle, holding_cycle
from lms.hours.models import Credit
from lms.payments import operations, queries
from lms.payments.models import Order, OrderState
from lms.web.auth import signed_in
from lms.web.paging import newest_first, record_id

blueprint = Blueprint("payments", __name__)


@blueprint.post("/courses/<slug>/orders")
@signed_in
def place(slug: str) -> Response:
    with transaction():
        course = get_visible_course(slug, current_user)
        order = operations.place_order(current_user, course)
        number = order.number
    return redirect(url_for("payments.order", number=number), 303)


def trace_part(credit: Credit) -> str | None:
    """Filler of "credit.trace": the order that paid for the course, if one did."""
    order = queries.order_in(credit.person, credit.course, OrderState.PAID)
    if credit.cycle_id is None or order is None:
        return None
    return render_template("payments/_trace.html", order=order)


@blueprint.get("/orders")
@signed_in
def orders() -> str:
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.orders_of(current_user), Order.id, after, size=20)
    return render_template("payments/orders.html", page=page, after=after)


@blueprint.get("/orders/<number>")
@signed_in
def order(number: str) -> str:
    found = queries.get_own_order(current_user, number)
    # The page asks for this fragment again and again while the order waits.
    is_fragment = "HX-Request" in request.headers
    template = "payments/_status.html" if is_fragment else "payments/order.html"
    return render_template(template, order=found, cycle=active_cycle(found.person, found.course))


@blueprint.post("/orders/<number>/pay")
@signed_in
def pay(number: str) -> Response:
    back = url_for("payments.order", number=number)
    with transaction():
        found = queries.get_own_order(current_user, number)
        cashier = operations.begin_payment(found, back)
    return redirect(cashier, 303)


@blueprint.post("/orders/<number>/check")
@signed_in
def check(number: str) -> Response:
    """Ask the gateway, for a notification that does not come."""
    with transaction():
        found = queries.get_own_order(current_user, number)
        operations.check_order(found.number)
        is_paid = found.state is OrderState.PAID
    if not is_paid:
        flash(_("支付平台还没有收到这笔款。如果刚刚付过款，请稍等再试。"), "info")
    return redirect(url_for("payments.order", number=number), 303)


@blueprint.post("/orders/<number>/cancel")
@signed_in
def cancel(number: str) -> Response:
    with transaction():
        found = queries.get_own_order(current_user, number)
        operations.cancel_order(current_user, found)
    flash(_("订单已取消。"), "success")
    return redirect(url_for("payments.order", number=number), 303)


def buy_button(course: Course, person: Person | None) -> str | None:
    """Filler of "course.actions": buy, or go on paying; nothing once it is bought."""
    if course.shown.category is not HourCategory.PROFESSIONAL or not course.is_open:
        return None
    learner = person if person is not None and person.is_authenticated else None
    pending = None
    if learner is not None:
        if holding_cycle(learner, course) or queries.order_in(learner, course, OrderState.PAID):
            return None
        pending = queries.order_in(learner, course, OrderState.PENDING)
    return render_template(
        "payments/_buy.html",
        course=course,
        learner=learner,
        pending=pending if pending is not None and not pending.is_expired else None,
        price_fen=operations.price_fen(course),
    )
