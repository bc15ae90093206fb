"""Orders of a base, for its staff, and their refunds."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from lms.core.db import transaction
from lms.core.permissions import Permission
from lms.payments import operations, queries
from lms.payments.models import Order, OrderState
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id

blueprint = Blueprint("payments_manage", __name__, url_prefix="/manage/orders")


class RefundForm(FlaskForm):
    reason = TextAreaField(_l("退款原因"), [InputRequired(_l("请填写退款原因。")), Length(max=500)])


@blueprint.get("")
@staff(Permission.PAYMENTS_ORDER_READ)
def orders() -> str:
    state = OrderState.find(request.args.get("state"))
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.managed_orders(current_user, state), Order.id, after)
    return render_template(
        "payments/manage/orders.html", page=page, state=state, states=list(OrderState), after=after
    )


@blueprint.get("/<number>")
@staff(Permission.PAYMENTS_ORDER_READ)
def order(number: str) -> str:
    return _page(number, RefundForm())


@blueprint.post("/<number>/refund")
@staff(Permission.PAYMENTS_ORDER_REFUND)
def refund(number: str) -> Response | tuple[str, int]:
    form = RefundForm()
    if not form.validate_on_submit():
        return _page(number, form), 422
    with transaction():
        found = queries.get_managed_order(current_user, number)
        operations.refund_order(current_user, found, form.reason.data)
    flash(_("退款已受理，款项将原路退回。"), "success")
    return redirect(url_for("payments_manage.order", number=number), 303)


def _page(number: str, form: RefundForm) -> str:
    found = queries.get_managed_order(current_user, number)
    return render_template("payments/manage/order.html", order=found, form=form)
