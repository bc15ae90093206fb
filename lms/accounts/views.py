"""Signing in and out, and one's own page."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from lms.accounts.forms import SignInForm
from lms.accounts.sessions import begin_session, end_session
from lms.accounts.sign_in import sign_in as sign_person_in
from lms.core.db import transaction
from lms.web import slots
from lms.web.auth import open_to_all, signed_in
from lms.web.limits import limiter
from lms.web.security import safe_next

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@limiter.limit("60/minute", methods=["POST"])
def sign_in() -> str | Response | tuple[str, int]:
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or url_for("accounts.me"))
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200
    with transaction():
        person = sign_person_in(form.login.data, form.password.data)
        if person is not None:
            begin_session(person, request.remote_addr, request.user_agent.string)
    if person is None:
        form.password.errors = [_("用户名或密码不正确。多次输错后需要等待一段时间再试。")]
        return render_template("accounts/sign_in.html", form=form), 422
    # A new session at sign-in: nothing from before it, least of all its identity, lives on.
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    login_user(person)
    return redirect(target or url_for("accounts.me"))


@blueprint.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    if current_user.is_authenticated:
        with transaction():
            end_session(current_user)
    logout_user()
    session.clear()
    flash(_("您已退出登录。"), "success")
    return redirect(url_for("web.front"))


@blueprint.get("/me")
@signed_in
def me() -> str:
    cards = slots.collect("me.cards", person=current_user)
    return render_template("accounts/me.html", cards=cards)
