"""/me/security: one's password, user name and sessions; higher features add cards of their own."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from lms.accounts import security_operations as operations
from lms.accounts.agents import describe_agent
from lms.accounts.confirmation import confirm_password
from lms.accounts.forms import ChangePasswordForm, ChangeUsernameForm
from lms.accounts.passwords import is_password_stale
from lms.accounts.sessions import end_session_of, end_sessions, open_sessions
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.web import slots
from lms.web.auth import signed_in
from lms.web.limits import FLOOD, limiter
from lms.web.refusals import show_refusal
from lms.web.security import safe_next

blueprint = Blueprint("security", __name__, url_prefix="/me/security")


@blueprint.get("")
@signed_in
def security() -> str:
    return render_template(
        "accounts/security.html",
        sessions=open_sessions(current_user),
        here=current_user.session,
        describe=describe_agent,
        is_stale=is_password_stale(current_user),
        cards=slots.collect("security.cards", person=current_user),
    )


@blueprint.route("/password", methods=["GET", "POST"])
@signed_in
@limiter.limit(FLOOD, methods=["POST"])
def change_password() -> str | Response | tuple[str, int]:
    form = ChangePasswordForm()
    if form.validate_on_submit() and _is_done(
        form, lambda confirmed: _change_password(confirmed, form.password.data)
    ):
        flash(_("密码已修改，在其他设备上已退出登录。"), "success")
        return redirect(safe_next(request.args.get("next")) or url_for("security.security"))
    page = render_template(
        "accounts/change_password.html", form=form, is_stale=is_password_stale(current_user)
    )
    return page, 422 if form.errors else 200


def _change_password(confirmed: str, password: str) -> None:
    draft = operations.draft_password(current_user, password)
    with transaction():
        operations.change_password(current_user, confirmed, draft)


@blueprint.route("/username", methods=["GET", "POST"])
@signed_in
@limiter.limit(FLOOD, methods=["POST"])
def change_username() -> str | Response | tuple[str, int]:
    form = ChangeUsernameForm()
    if form.validate_on_submit() and _is_done(
        form, lambda confirmed: _change_username(confirmed, form.username.data)
    ):
        flash(_("用户名已修改，下次请用新用户名登录。"), "success")
        return redirect(url_for("security.security"))
    return render_template("accounts/change_username.html", form=form), 422 if form.errors else 200


def _change_username(confirmed: str, username: str) -> None:
    with transaction():
        operations.change_username(current_user, confirmed, username)


def _is_done(form: FlaskForm, change: Callable[[str], None]) -> bool:
    """Do it if the present password is right; otherwise say in the form what is wrong."""
    try:
        change(confirm_password(current_user, form.present.data))
    except DomainError as refused:
        show_refusal(form, refused)
        return False
    return True


@blueprint.post("/sessions/<int:session_id>/end")
@signed_in
def end_one_session(session_id: int) -> Response:
    with transaction():
        end_session_of(current_user, session_id)
    flash(_("已在那台设备上退出登录。"), "success")
    return redirect(url_for("security.security"))


@blueprint.post("/sessions/end-others")
@signed_in
def end_other_sessions() -> Response:
    with transaction():
        end_sessions(current_user, current_user.id, but=current_user.session)
    flash(_("已在其他设备上退出登录。"), "success")
    return redirect(url_for("security.security"))
