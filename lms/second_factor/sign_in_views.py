"""/sign-in/second: the second half of signing in, for whoever has set up a factor."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.browsers import enter
from lms.accounts.models import Person
from lms.accounts.refused_tries import refuse_try
from lms.core.db import transaction
from lms.core.errors import Invalid, NotAllowed
from lms.second_factor.enforcement import waiting_person
from lms.second_factor.forms import CodeForm, RecoveryForm
from lms.second_factor.me_views import passkey_facts
from lms.second_factor.models import Factor
from lms.second_factor.passkeys import options_to_show
from lms.second_factor.proofs import Shown, show_code, show_passkey
from lms.second_factor.queries import factors_of
from lms.web.auth import open_to_all
from lms.web.limits import FLOOD, limiter
from lms.web.security import safe_next

blueprint = Blueprint("factor_sign_in", __name__, url_prefix="/sign-in/second")
AnyCode = CodeForm | RecoveryForm


def _target() -> str:
    return safe_next(request.args.get("next")) or url_for("accounts.me")


@blueprint.route("", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FLOOD, methods=["POST"])
def second() -> str | BaseResponse | tuple[str, int]:
    person = waiting_person()
    if person is None:
        return _elsewhere()
    form = _sent_form()
    if form.validate_on_submit():
        return _try_code(person, form)
    return _page(person, form), 422 if form.errors else 200


def _elsewhere() -> BaseResponse:
    """Who is fully signed in goes on; who is not at all, or waited too long, begins anew."""
    if current_user.is_authenticated:
        return redirect(_target())
    return redirect(url_for("accounts.sign_in", next=safe_next(request.args.get("next"))))


def _sent_form() -> AnyCode:
    return RecoveryForm() if "recovery_code" in request.form else CodeForm()


def _try_code(person: Person, form: AnyCode) -> BaseResponse | tuple[str, int]:
    """On to the page with what was right; the form again, which says why, with what was not."""
    field = form.recovery_code if isinstance(form, RecoveryForm) else form.code
    try:
        shown = show_code(person, field.data)
    except Invalid as refused:
        field.errors = [refused.message]
        return _page(person, form), 422
    if shown.factor is not None:
        return _go_on(person, shown)
    wrong = _("%(what)s不正确，或者已经用过。", what=field.label.text)
    return refuse_try(
        field, wrong, shown.wait_seconds, shown.was_checked, lambda: _page(person, form)
    )


def _go_on(person: Person, shown: Shown) -> BaseResponse:
    response = enter(person, _target())
    if shown.factor is Factor.RECOVERY_CODE:
        left = factors_of(person.id).codes_left
        said = ngettext("恢复码已使用，还剩 %(num)s 个。", "恢复码已使用，还剩 %(num)s 个。", left)
        flash(said + _("如果手机或通行密钥已丢失，请到“账号安全”中移除并重新设置。"), "warning")
    return response


def _page(person: Person, form: AnyCode) -> str:
    is_recovery = isinstance(form, RecoveryForm)
    return render_template(
        "second_factor/second.html",
        person=person,
        factors=factors_of(person.id),
        code_form=CodeForm(formdata=None) if is_recovery else form,
        recovery_form=form if is_recovery else RecoveryForm(formdata=None),
        is_recovery=is_recovery,
        **passkey_facts(),
    )


@blueprint.post("/passkey/options")
@open_to_all
@limiter.limit(FLOOD)
def passkey_options() -> Response:
    person = _waiting()
    with transaction():
        options = options_to_show(person)
    return jsonify(options)


@blueprint.post("/passkey")
@open_to_all
@limiter.limit(FLOOD)
def passkey() -> Response:
    person = _waiting()
    body = request.get_json(silent=True)
    shown = show_passkey(person, body.get("credential") if isinstance(body, dict) else None)
    if shown.factor is None:
        raise Invalid(_("这个通行密钥没有通过验证，请再试一次或换一种方式。"))
    # The page goes on by itself: of this answer only the cookies count.
    entered = enter(person, _target())
    answer = jsonify(next=_target())
    for cookie in entered.headers.getlist("Set-Cookie"):
        answer.headers.add("Set-Cookie", cookie)
    return answer


def _waiting() -> Person:
    person = waiting_person()
    if person is None:
        raise NotAllowed(_("登录已失效，请重新登录。"))
    return person
