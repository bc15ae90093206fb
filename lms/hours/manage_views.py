"""Staff's view of deliveries that wait or were refused."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.core.db import transaction
from lms.core.permissions import Permission
from lms.hours import operations, queries
from lms.hours.models import Delivery, DeliveryState
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id

blueprint = Blueprint("hours_manage", __name__, url_prefix="/manage/deliveries")
STATES = (DeliveryState.REFUSED, DeliveryState.PENDING, DeliveryState.ACKNOWLEDGED)


@blueprint.get("")
@staff(Permission.HOURS_DELIVERY_READ)
def deliveries() -> str:
    asked = DeliveryState.find(request.args.get("state"))
    state = asked if asked in STATES else DeliveryState.REFUSED
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.open_deliveries(current_user, state), Delivery.id, after)
    return render_template(
        "hours/manage/deliveries.html", page=page, state=state, states=STATES, after=after
    )


@blueprint.post("/<int:delivery_id>/retry")
@staff(Permission.HOURS_DELIVERY_READ)
def retry(delivery_id: int) -> Response:
    with transaction():
        delivery = queries.get_delivery(current_user, delivery_id)
        operations.retry_delivery(current_user, delivery)
    flash(_("已重新发送，请稍后刷新查看结果。"), "success")
    return redirect(url_for("hours_manage.deliveries", state=DeliveryState.PENDING.value))
