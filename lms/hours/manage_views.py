"""Staff's view of deliveries that wait or were refused, and of how hours came about."""

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.permissions import Permission
from lms.hours import operations, queries
from lms.hours.models import Delivery, DeliveryState
from lms.hours.views import credit_facts
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import carried_out

blueprint = Blueprint("hours_manage", __name__, url_prefix="/manage")
STATES = (DeliveryState.REFUSED, DeliveryState.PENDING, DeliveryState.ACKNOWLEDGED)
PAGE_SIZE = 50
# On its way for longer than this, a delivery is worth somebody's attention.
LONG = dt.timedelta(days=1)


@blueprint.get("/deliveries")
@staff(Permission.HOURS_DELIVERY_READ)
def deliveries() -> str:
    asked = DeliveryState.find(request.args.get("state"))
    state = asked if asked in STATES else DeliveryState.REFUSED
    after = request.args.get("after", type=record_id)
    query = queries.deliveries_in(current_user, state)
    waiting_since = queries.waiting_since(current_user)
    return render_template(
        "hours/manage/deliveries.html",
        page=newest_first(query, Delivery.id, after, PAGE_SIZE),
        state=state,
        states=STATES,
        counts=queries.count_by_state(current_user),
        waiting_since=waiting_since if _is_long(waiting_since) else None,
        after=after,
    )


def _is_long(since: dt.datetime | None) -> bool:
    return since is not None and clock.now() - since > LONG


@blueprint.post("/deliveries/retry")
@staff(Permission.HOURS_DELIVERY_READ)
def retry() -> Response:
    """Send again those that were picked, or none of them."""
    ids = request.form.getlist("delivery_ids", type=record_id)[:PAGE_SIZE]
    if not ids:
        flash(_("请先选择要重新发送的学时。"), "warning")
        return redirect(url_for("hours_manage.deliveries"))
    with carried_out(_("已重新发送，请稍后刷新查看结果。")):
        chosen = queries.deliveries_to_retry(current_user, ids)
        operations.retry_deliveries(current_user, chosen)
    return redirect(url_for("hours_manage.deliveries", state=DeliveryState.PENDING.value))


@blueprint.get("/hours/<int:credit_id>")
@staff(Permission.HOURS_CREDIT_READ)
def credit(credit_id: int) -> str:
    """What the learner sees of a credit, for an inspection (抽查)."""
    found = queries.get_credit_to_inspect(current_user, credit_id)
    return render_template("hours/manage/credit.html", **credit_facts(found))
