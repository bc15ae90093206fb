"""The cashier page of the demonstration gateway, with a look of its own."""

from flask import Blueprint, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.validators import InputRequired

from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.payments.mock import operations
from lms.payments.mock.gateway import find_payment
from lms.payments.mock.models import MockMethod, MockPayment, MockTiming
from lms.web.auth import open_to_all
from lms.web.choices import choices_of
from lms.web.limits import limiter

blueprint = Blueprint("cashier", __name__)
METHODS = (MockMethod.SCAN, MockMethod.CARD, MockMethod.WALLET)
TIMINGS = (MockTiming.PROMPT, MockTiming.LATE, MockTiming.LOST)


class CashierForm(FlaskForm):
    method = RadioField(
        _l("支付方式"),
        [InputRequired(_l("请选择一种支付方式。"))],
        choices=choices_of(METHODS),
        default=MockMethod.SCAN.value,
    )
    timing = RadioField(
        _l("演示：平台什么时候收到支付通知"),
        [InputRequired(_l("请选择一项。"))],
        choices=choices_of(TIMINGS),
        default=MockTiming.PROMPT.value,
    )


@blueprint.route("/cashier/<number>", methods=["GET", "POST"])
@open_to_all
@limiter.limit("60/minute")
def cashier(number: str) -> str | Response | tuple[str, int]:
    payment = _payment(number)
    form = CashierForm()
    if not form.validate_on_submit():
        page = render_template("payments/cashier.html", payment=payment, form=form)
        return page, 422 if form.errors else 200
    with transaction():
        method, timing = MockMethod(form.method.data), MockTiming(form.timing.data)
        operations.pay(payment, method, timing)
    return redirect(payment.return_url, 303)


def _payment(number: str) -> MockPayment:
    payment = find_payment(number)
    if payment is None:
        raise NotFound(_("收银台没有这笔订单。"))
    return payment
