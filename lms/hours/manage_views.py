"""Staff's view of deliveries that wait or were refused, and of how hours came about."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.core.db import transaction
from lms.core.permissions import Permission
from lms.hours import operations, queries
from lms.hours.models import Delivery, DeliveryState
from lms.hours.views import credit_facts
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id

blueprint = Blueprint("hours_manage", __name__, url_prefix="/manage")
STATES = (DeliveryState.REFUSED, DeliveryState.PENDING, DeliveryState.ACKNOWLEDGED)


@blueprint.get("/deliveries")
@staff(Permission.HOURS_DELIVERY_READ)
def deliveries() -> str:
    asked = DeliveryState.find(request.args.get("state"))
    state = asked if asked in STATES else DeliveryState.REFUSED
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.open_deliveries(current_user, state), Delivery.id, after)
    return render_template(
        "hours/manage/deliveries.html", page=page, state=state, states=STATES, after=after
    )


@blueprint.post("/deliveries/<int:delivery_id>/retry")
@staff(Permission.HOURS_DELIVERY_READ)
def retry(delivery_id: int) -> Response:
    with transaction():
        delivery = queries.get_delivery(current_user, delivery_id)
        operations.retry_delivery(current_user, delivery)
    flash(_("已重新发送，请稍后刷新查看结果。"), "success")
    return redirect(url_for("hours_manage.deliveries", state=DeliveryState.PENDING.value))


@blueprint.get("/hours/<int:credit_id>")
@staff(Permission.HOURS_CREDIT_READ)
def credit(credit_id: int) -> str:
    """What the learner sees of a credit, for an inspection (抽查)."""
    found = queries.get_credit_to_inspect(current_user, credit_id)
    return render_template("hours/manage/credit.html", **credit_facts(found))
