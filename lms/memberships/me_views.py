"""/me/profile and /me/membership: one's own facts, and the unit one belongs to or asks."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.confirmation import confirm_password
from lms.accounts.employments import employments_of
from lms.accounts.enums import PersonState
from lms.accounts.models import Person
from lms.administration.queries import registration_of
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.memberships import operations, request_queries
from lms.memberships.forms import ContactForm, MendForm, MoveForm, RefusalForm
from lms.memberships.person_operations import change_own_contact
from lms.memberships.registration import mend_registration
from lms.web.auth import signed_in
from lms.web.limits import FLOOD, limiter
from lms.web.refusals import flash_refusal, show_refusal

blueprint = Blueprint("my_membership", __name__, url_prefix="/me")
_Page = str | Response | tuple[str, int]
_WAITING = frozenset({PersonState.PENDING, PersonState.REFUSED})


def membership_card(person: Person) -> str | None:
    """On /me: what became of one's registration or move, and what one is asked."""
    request_here = request_queries.last_request(person)
    is_waiting = person.state in _WAITING
    if is_waiting and request_here is None and registration_of(person) is not None:
        # Whoever registered a unit waits for that, and belongs to it once it is approved.
        return None
    is_told = request_here is not None and request_here.is_pending
    if not is_waiting and not is_told and person.unit_id is not None:
        return None
    if not is_waiting and not is_told and person.state is not PersonState.ACTIVE:
        return None
    return render_template(
        "memberships/_my_request.html",
        person=person,
        request_here=request_here,
        is_waiting=is_waiting,
    )


def contact_card(person: Person) -> str | None:
    """On /me: staff whose phone or e-mail somebody else has set confirm them."""
    if not person.lacks_confirmed_contact or not (person.phone_tail or person.email):
        return None
    return render_template("memberships/_my_contact.html", person=person)


@blueprint.get("/profile")
@signed_in
def profile() -> str:
    return render_template(
        "memberships/profile.html",
        person=current_user,
        employments=employments_of(current_user),
        requests=request_queries.requests_of(current_user),
        open_request=request_queries.open_request(current_user),
    )


@blueprint.route("/profile/contact", methods=["GET", "POST"])
@signed_in
@limiter.limit(FLOOD, methods=["POST"])
def contact() -> _Page:
    form = ContactForm()
    if request.method == "GET":
        form.email.data = current_user.email
    if form.validate_on_submit():
        try:
            confirmed = confirm_password(current_user, form.present.data)
            with transaction():
                phone = (form.phone.data or "").strip() or None
                change_own_contact(current_user, confirmed, phone, form.email.data or "")
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            flash(_("联系方式已修改。"), "success")
            return redirect(url_for("my_membership.profile"), 303)
    return render_template("memberships/contact.html", form=form), 422 if form.errors else 200


@blueprint.route("/membership", methods=["GET", "POST"])
@signed_in
@limiter.limit(FLOOD, methods=["POST"])
def membership() -> _Page:
    """Mend a registration and send it again; or, once approved, ask for another unit."""
    is_waiting = current_user.state in _WAITING
    form: Any = MendForm() if is_waiting else MoveForm()
    waiting = request_queries.open_request(current_user)
    if request.method == "GET" and is_waiting:
        _show_registration(form)
    if waiting is None and form.validate_on_submit() and _send(form, is_waiting):
        flash(_("申请已提交，请等待审核。"), "success")
        return redirect(url_for("accounts.me"), 303)
    page = render_template(
        "memberships/membership.html", form=form, is_waiting=is_waiting, open_request=waiting
    )
    return page, 422 if form.errors else 200


def _show_registration(form: MendForm) -> None:
    form.fill(current_user)
    form.identity_kind.data = current_user.identity_kind.value
    last = request_queries.last_request(current_user)
    form.unit_id.data = last.to_id if last and last.to_unit.is_approved else None


def _send(form: Any, is_waiting: bool) -> bool:
    note = form.note.data or ""
    try:
        with transaction():
            if is_waiting:
                mend_registration(current_user, form.facts(), form.unit(), note)
            else:
                operations.ask_for_oneself(current_user, form.unit(), note)
    except DomainError as refusal:
        show_refusal(form, refusal)
        return False
    return True


@blueprint.post("/membership/<int:request_id>/cancel")
@signed_in
def cancel(request_id: int) -> Response:
    with transaction():
        operations.cancel_request(current_user, _own(request_id))
    flash(_("申请已撤销。"), "success")
    return redirect(url_for("accounts.me"), 303)


@blueprint.post("/membership/<int:request_id>/answer")
@signed_in
def answer(request_id: int) -> Response:
    """Say yes or no to a unit that asked for one."""
    waiting = request_queries.find_request(current_user, _own(request_id))
    request_queries.check_may_answer(current_user, waiting)
    approve, form = request.form.get("decision") == "approve", RefusalForm()
    if not approve and not form.validate():
        flash(str(form.reason.errors[0]), "error")
        return redirect(url_for("accounts.me"), 303)
    try:
        with transaction():
            operations.decide_request(
                current_user, request_id, approve=approve, reason=form.reason.data or ""
            )
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        done = _("您已调入新单位，学时随本人转移。") if approve else _("您没有同意调入。")
        flash(done, "success")
    return redirect(url_for("accounts.me"), 303)


def _own(request_id: int) -> int:
    if request_id not in {each.id for each in request_queries.requests_of(current_user)}:
        raise NotFound()
    return request_id
