"""/manage/hours/reconciliation: each day on both sides, and what to do about a difference."""

import datetime as dt

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.hours.reconciliation import operations, queries
from lms.hours.reconciliation.models import ReconciliationDifference
from lms.hours.reconciliation.months import DayState, month, month_of, shown
from lms.web.auth import staff
from lms.web.paging import newest_first, record_id
from lms.web.refusals import carried_out

blueprint = Blueprint("reconciliation", __name__, url_prefix="/manage/hours/reconciliation")
READ = Permission.HOURS_RECONCILIATION_READ
SETTLED_SHOWN = 50


@blueprint.get("")
@staff(READ)
def days() -> str:
    shown_month = month(month_of(request.args.get("month")))
    return render_template(
        "hours/reconciliation/days.html",
        month=shown_month,
        is_running=any(each.state is DayState.RUNNING for each in shown_month.days),
        open_count=queries.count_open(),
        open_days=queries.open_days(),
        last_run=queries.last_run(),
        yesterday=clock.today() - dt.timedelta(days=1),
    )


@blueprint.get("/<day>")
@staff(READ)
def day(day: str) -> str:
    (found,) = shown([_day(day)])
    after = request.args.get("after", type=record_id)
    page, settled = None, []
    if found.row is not None:
        open_ones = queries.differences_of(found.row, is_settled=False)
        page = newest_first(open_ones, ReconciliationDifference.id, after)
        settled_ones = queries.differences_of(found.row, is_settled=True)
        newest = ReconciliationDifference.id.desc()
        settled = list(db.session.scalars(settled_ones.order_by(newest).limit(SETTLED_SHOWN)))
    differences = [*(page.rows if page else []), *settled]
    return render_template(
        "hours/reconciliation/day.html",
        shown=found,
        page=page,
        settled=settled,
        visible=queries.visible_deliveries(current_user, differences),
        after=after,
    )


@blueprint.post("/<day>/run")
@staff(READ)
def run(day: str) -> Response:
    with carried_out(_("已开始对账，结果稍后显示在这里。")):
        operations.request_run(current_user, _day(day))
    return redirect(url_for("reconciliation.day", day=day))


@blueprint.post("/differences/<int:difference_id>/deliver")
@staff(Permission.HOURS_DELIVERY_READ)
def deliver_again(difference_id: int) -> Response:
    difference = queries.get_difference(difference_id)
    with carried_out(_("已重新投递，结果稍后显示在这里。")):
        operations.deliver_again(current_user, difference)
    return _back_to(difference)


@blueprint.post("/differences/<int:difference_id>/receipt")
@staff(Permission.HOURS_DELIVERY_READ)
def fetch_receipt(difference_id: int) -> Response:
    difference = queries.get_difference(difference_id)
    with carried_out(_("正在向学时银行取回回执，结果稍后显示在这里。")):
        operations.fetch_receipt(current_user, difference)
    return _back_to(difference)


def _back_to(difference: ReconciliationDifference) -> Response:
    day = difference.reconciliation.day.isoformat()
    return redirect(url_for("reconciliation.day", day=day))


def _day(text: str) -> dt.date:
    """The day of an address; raises NotFound for one to come, or no day at all."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError as error:
        raise NotFound() from error
    if found > clock.today() or found.isoformat() != text:
        raise NotFound()
    return found
