"""/register: an account of one's own, and the request to the unit that approves it."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.browsers import enter
from lms.accounts.sessions import begin_session
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError
from lms.memberships.forms import RegisterForm
from lms.memberships.registration import draft_registration, register_person
from lms.web.auth import open_to_all
from lms.web.limits import FLOOD, limiter
from lms.web.refusals import show_refusal

blueprint = Blueprint("memberships", __name__)

# Whether a number is registered is told to whoever asks, because people must find their way to
# sign in; but not so often that somebody could go through lists of numbers. A whole school behind
# one address meets this only if more than so many of it are registered already.
_TOLD_TAKEN = "120/hour"


def _was_told_taken(_response: object) -> bool:
    return bool(g.get("number_was_taken", False))


@blueprint.route("/register", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FLOOD, methods=["POST"])
@limiter.limit(_TOLD_TAKEN, methods=["POST"], deduct_when=_was_told_taken)
def register() -> str | Response | tuple[str, int]:
    if current_user.is_authenticated:
        return redirect(url_for("accounts.me"))
    form = RegisterForm()
    if form.validate_on_submit() and (done := _register(form)) is not None:
        return done
    page = render_template(
        "memberships/register.html", form=form, was_taken=g.get("number_was_taken", False)
    )
    return page, 422 if form.errors else 200


def _register(form: RegisterForm) -> Response | None:
    try:
        draft = draft_registration(form.facts(), form.password.data)
        with transaction():
            person = register_person(draft, form.unit(), form.note.data or "")
            begin_session(person, request.remote_addr, request.user_agent.string)
            unit_name = form.unit().name
    except DomainError as refusal:
        g.number_was_taken = isinstance(refusal, Conflict) and refusal.field == "identity_number"
        show_refusal(form, refusal)
        return None
    response = enter(person, url_for("accounts.me"))
    flash(_("注册已提交，请等待%(unit)s审核。", unit=unit_name), "success")
    return response
