"""/register: an account of one's own, and the request to the unit that approves it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.browsers import enter
from lms.accounts.sessions import begin_session
from lms.accounts.taken_numbers import note_if_taken, told_taken_limit, was_taken
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.memberships.forms import RegisterForm
from lms.memberships.registration import draft_registration, register_person
from lms.web.auth import open_to_all
from lms.web.limits import FLOOD, limiter
from lms.web.refusals import show_refusal

blueprint = Blueprint("memberships", __name__)


@blueprint.route("/register", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FLOOD, methods=["POST"])
@told_taken_limit
def register() -> str | Response | tuple[str, int]:
    if current_user.is_authenticated:
        return redirect(url_for("accounts.me"))
    form = RegisterForm()
    if form.validate_on_submit() and (done := _register(form)) is not None:
        return done
    page = render_template("memberships/register.html", form=form, was_taken=was_taken())
    return page, 422 if form.errors else 200


def _register(form: RegisterForm) -> Response | None:
    try:
        draft = draft_registration(form.facts(), form.password.data)
        with transaction():
            person = register_person(draft, form.unit(), form.note.data or "")
            begin_session(person, request.remote_addr, request.user_agent.string)
            unit_name = form.unit().name
    except DomainError as refusal:
        note_if_taken(refusal)
        show_refusal(form, refusal)
        return None
    response = enter(person, url_for("accounts.me"))
    flash(_("注册已提交，请等待%(unit)s审核。", unit=unit_name), "success")
    return response
