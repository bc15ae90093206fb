"""Signing in and out, and one's own page."""

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.browsers import device_here, enter, leave
from lms.accounts.forms import SignInForm
from lms.accounts.refused_tries import refuse_try
from lms.accounts.sessions import end_session
from lms.accounts.sign_in import SignIn
from lms.accounts.sign_in import sign_in as sign_person_in
from lms.core.db import transaction
from lms.web import slots
from lms.web.auth import open_to_all, signed_in
from lms.web.limits import FLOOD, limiter
from lms.web.security import safe_next

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FLOOD, methods=["POST"])
def sign_in() -> str | Response | tuple[str, int]:
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or url_for("accounts.me"))
    form = SignInForm()
    if not form.validate_on_submit():
        return _form_page(form), 422 if form.errors else 200
    done = sign_person_in(
        form.login.data,
        form.password.data,
        device_here(),
        request.remote_addr,
        request.user_agent.string,
    )
    if done.person is None:
        return _refused(form, done)
    return enter(done.person, target or url_for("accounts.me"))


def _refused(form: SignInForm, done: SignIn) -> Response:
    wrong = _("账号或密码不正确。")
    return refuse_try(
        form.password, wrong, done.wait_seconds, done.was_checked, lambda: _form_page(form)
    )


def _form_page(form: SignInForm) -> str:
    # Registration stands above this feature, and may not be there.
    may_register = "memberships.register" in current_app.view_functions
    return render_template("accounts/sign_in.html", form=form, may_register=may_register)


@blueprint.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    if current_user.is_authenticated:
        with transaction():
            end_session(current_user)
    leave()
    flash(_("您已退出登录。"), "success")
    return redirect(url_for("web.front"))


@blueprint.get("/me")
@signed_in
def me() -> str:
    cards = slots.collect("me.cards", person=current_user)
    return render_template("accounts/me.html", cards=cards)


@blueprint.get("/privacy")
@open_to_all
def privacy() -> str:
    """Who keeps what of people, why and for how long (PIPL, 17)."""
    settings = current_app.extensions["settings"]
    return render_template(
        "accounts/privacy.html", handler=settings.issuer_name, contact=settings.contact
    )
