"""/manage/people/requests: who wants to belong to a unit; asking for somebody."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.queries import organizations_with
from lms.accounts.rules import normalize_name
from lms.core.db import db, transaction
from lms.core.errors import DomainError
from lms.core.permissions import Permission
from lms.memberships import operations, request_queries
from lms.memberships.forms import AskForm, RefusalForm
from lms.memberships.models import MembershipRequest
from lms.memberships.request_queries import may_answer
from lms.organizations.models import Organization
from lms.organizations.queries import EMPLOYERS
from lms.web.auth import staff
from lms.web.limits import limiter
from lms.web.paging import newest_first, record_id
from lms.web.refusals import flash_refusal, show_refusal

blueprint = Blueprint("manage_requests", __name__, url_prefix="/manage/people")
_DECIDE = Permission.PEOPLE_REQUEST_DECIDE
_Page = str | Response | tuple[str, int]
_TABS = {
    "waiting": request_queries.requests_to_decide,
    "asked": request_queries.requests_asked,
    "decided": request_queries.requests_decided,
}
PAGE_SIZE = 50


@blueprint.get("/requests")
@staff(_DECIDE)
def requests() -> str:
    tab = request.args.get("tab", "waiting")
    tab = tab if tab in _TABS else "waiting"
    query = _TABS[tab](current_user)
    after = request.args.get("after", type=record_id)
    page = newest_first(query, MembershipRequest.id, after, PAGE_SIZE)
    return render_template(
        "memberships/manage/requests.html",
        page=page,
        tab=tab,
        waiting=request_queries.count_to_decide(current_user),
        may_answer=lambda each: may_answer(current_user, each),
        refusal_form=_refusal_form,
    )


def _refusal_form(request_id: int) -> RefusalForm:
    form = RefusalForm(formdata=None)
    # Each request on the page has one.
    form.reason.id = f"reason-{request_id}"
    return form


@blueprint.post("/requests/approve")
@staff(_DECIDE)
def approve() -> Response:
    """Approve the picked ones; those settled meanwhile are left alone and counted."""
    ids = request.form.getlist("request_ids", type=record_id)
    with transaction():
        approved, others = operations.approve_requests(current_user, ids[:PAGE_SIZE])
    if approved:
        flash(_("已同意 %(count)s 份申请。", count=approved), "success")
    if others:
        flash(_("另有 %(count)s 份已由他人处理或不能同意，没有改动。", count=others), "warning")
    if not ids:
        flash(_("请先勾选申请。"), "warning")
    return redirect(url_for("manage_requests.requests"), 303)


@blueprint.post("/requests/<int:request_id>/refuse")
@staff(_DECIDE)
def refuse(request_id: int) -> Response:
    waiting = request_queries.find_request(current_user, request_id)
    request_queries.check_may_answer(current_user, waiting)
    form = RefusalForm()
    if not form.validate():
        flash(str(form.reason.errors[0]), "error")
        return redirect(url_for("manage_requests.requests"), 303)
    try:
        with transaction():
            operations.decide_request(
                current_user, request_id, approve=False, reason=form.reason.data
            )
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        flash(_("已退回，申请人会看到原因。"), "success")
    return redirect(url_for("manage_requests.requests"), 303)


@blueprint.post("/requests/<int:request_id>/cancel")
@staff(_DECIDE)
def cancel(request_id: int) -> Response:
    """Take back what one's own unit has asked for."""
    with transaction():
        operations.cancel_request(current_user, request_id)
    flash(_("申请已撤销。"), "success")
    return redirect(url_for("manage_requests.requests", tab="asked"), 303)


@blueprint.route("/ask", methods=["GET", "POST"])
@staff(_DECIDE)
@limiter.limit("60/hour", methods=["POST"])
def ask() -> _Page:
    """Ask for somebody who belongs elsewhere; they are asked, and nobody else learns of it."""
    form = AskForm()
    if request.method == "GET":
        form.unit_id.data = _only_unit_id()
    if form.validate_on_submit():
        try:
            with transaction():
                operations.ask_for_person(
                    current_user,
                    db.session.get_one(Organization, form.unit_id.data),
                    form.holder(),
                    normalize_name(form.name.data),
                    form.note.data or "",
                )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("已发出，等待本人同意。"), "success")
            return redirect(url_for("manage_requests.requests", tab="asked"), 303)
    return render_template("memberships/manage/ask.html", form=form), 422 if form.errors else 200


def _only_unit_id() -> int | None:
    units = organizations_with(current_user, _DECIDE).where(Organization.kind.in_(EMPLOYERS))
    found = db.session.scalars(units.limit(2)).all()
    return found[0] if len(found) == 1 else None
