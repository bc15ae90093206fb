"""/activate and /reset: a first password, and another one in place of a forgotten one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from lms.accounts.browsers import enter
from lms.accounts.models import Person
from lms.accounts.passwords import DraftPassword
from lms.accounts.refused_tries import refuse_try
from lms.accounts.sessions import begin_session
from lms.accounts.throttles import Try
from lms.activation import operations
from lms.activation.forms import (
    ActivateForm,
    FirstPasswordForm,
    NewPasswordForm,
    ResetCodeForm,
    ResetForm,
)
from lms.activation.models import CodePurpose
from lms.activation.operations import Proof
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.web.auth import open_to_all
from lms.web.limits import FLOOD, limiter
from lms.web.refusals import show_refusal

blueprint = Blueprint("activation", __name__)
# In the session: the token of a grant, by which a password may be chosen for half an hour.
_GRANT = "grant"
_Page = str | Response | tuple[str, int]
AnyPassword = FirstPasswordForm | NewPasswordForm
_Keep = Callable[[str, DraftPassword], Person]


@blueprint.route("/activate", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FLOOD, methods=["POST"])
def activate() -> _Page:
    wrong = _("身份证号、手机号或激活码不正确，或者激活码已失效。")
    return _ask_for_code("activation/activate.html", ActivateForm(), wrong)


@blueprint.route("/reset", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FLOOD, methods=["POST"])
def reset() -> _Page:
    form = ResetForm()
    if not form.validate_on_submit():
        return render_template("activation/reset.html", form=form), 422 if form.errors else 200
    with transaction():
        tried = operations.request_code(form.login.data)
    if not tried.is_admitted:
        return _refused("activation/reset.html", form, form.login, tried, "")
    # The login stays in the page: it may be an identity number, which no cookie may hold.
    codes = ResetCodeForm(formdata=None, login=form.login.data)
    return render_template("activation/reset_code.html", form=codes, was_sent=True)


@blueprint.route("/reset/code", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FLOOD, methods=["POST"])
def reset_code() -> _Page:
    wrong = _("账号或验证码不正确，或者验证码已失效。")
    return _ask_for_code("activation/reset_code.html", ResetCodeForm(), wrong)


def _ask_for_code(template: str, form: FlaskForm, wrong: str) -> _Page:
    """The page that asks for a code; with the right one on to choosing a password."""
    if form.validate_on_submit():
        with transaction():
            proof = operations.prove_code(form.login.data, form.code.data)
        if proof.token:
            return _go_on(proof)
        return _refused(template, form, form.code, proof.tried, wrong)
    return render_template(template, form=form), 422 if form.errors else 200


def _refused(template: str, form: FlaskForm, field: Any, tried: Try, wrong: str) -> Response:
    page = partial(render_template, template, form=form)
    return refuse_try(field, wrong, tried.wait_seconds, tried.is_admitted, page)


def _go_on(proof: Proof) -> Response:
    session[_GRANT] = proof.token
    is_first = proof.purpose is CodePurpose.ACTIVATE
    return redirect(url_for("activation.first_password" if is_first else "activation.new_password"))


@blueprint.route("/activate/password", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FLOOD, methods=["POST"])
def first_password() -> _Page:
    form = FirstPasswordForm()

    def keep(token: str, draft: DraftPassword) -> Person:
        return operations.activate(token, draft, form.phone.data, form.email.data)

    return _choose(CodePurpose.ACTIVATE, form, "activation/first_password.html", keep)


@blueprint.route("/reset/password", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FLOOD, methods=["POST"])
def new_password() -> _Page:
    template = "activation/new_password.html"
    return _choose(CodePurpose.RESET, NewPasswordForm(), template, operations.reset_password)


def _choose(purpose: CodePurpose, form: AnyPassword, template: str, keep: _Keep) -> _Page:
    """The page that asks for a password; with a good one, which `keep` keeps, on to one's own."""
    token = str(session.get(_GRANT, ""))
    try:
        person = operations.find_holder(token, purpose)
        if form.validate_on_submit():
            try:
                return _enter(_kept(purpose, form, token, keep), purpose)
            except Invalid as refused:
                show_refusal(form, refused)
    except Conflict as refused:
        return _start_again(refused, purpose)
    return render_template(template, form=form, person=person), 422 if form.errors else 200


def _kept(purpose: CodePurpose, form: AnyPassword, token: str, keep: _Keep) -> Person:
    phone = form.phone.data if isinstance(form, FirstPasswordForm) else None
    draft = operations.draft_password(token, purpose, form.password.data, phone)
    with transaction():
        person = keep(token, draft)
        begin_session(person, request.remote_addr, request.user_agent.string)
    return person


def _enter(person: Person, purpose: CodePurpose) -> Response:
    response = enter(person, url_for("accounts.me"))
    is_first = purpose is CodePurpose.ACTIVATE
    done = _("账号已激活，欢迎使用。") if is_first else _("密码已重设，在其他设备上已退出登录。")
    flash(done, "success")
    return response


def _start_again(refused: Conflict, purpose: CodePurpose) -> Response:
    session.pop(_GRANT, None)
    flash(str(refused.message), "warning")
    is_first = purpose is CodePurpose.ACTIVATE
    return redirect(url_for("activation.activate" if is_first else "activation.reset_code"))
