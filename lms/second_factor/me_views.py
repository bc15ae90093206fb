"""/me/security/second-factor: setting up, renaming and removing one's own factors."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from lms.accounts.confirmation import confirm_password
from lms.accounts.models import Person
from lms.core import clock
from lms.core.codes import grouped
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError
from lms.core.qr import draw_qr
from lms.second_factor import operations, queries
from lms.second_factor.challenges import take_challenge
from lms.second_factor.forms import CodeForm, NameForm, PresentForm, SureForm
from lms.second_factor.models import ChallengePurpose
from lms.second_factor.passkeys import add_passkey, options_to_add, party_here
from lms.second_factor.presence import asks_presence, note_present
from lms.second_factor.recovery import make_codes
from lms.second_factor.rules import is_origin_of
from lms.second_factor.totp import provisioning_uri, secret_of, start_totp, totp_in_setup
from lms.web.auth import signed_in
from lms.web.limits import FLOOD, limiter
from lms.web.refusals import show_refusal
from lms.web.security import safe_next

blueprint = Blueprint("second_factor", __name__, url_prefix="/me/security/second-factor")
Page = str | BaseResponse | tuple[str, int]


def facts_of(person: Person) -> dict[str, Any]:
    """What the overview and the card of the security page show."""
    factors = queries.factors_of(person.id)
    return {
        "factors": factors,
        "may_remove": queries.may_remove(person, factors),
        "is_needed": queries.is_required() and person.is_staff,
    }


def passkey_facts() -> dict[str, Any]:
    """Whether passkeys work at the address at which the page is visited, and where they do."""
    party = party_here()
    is_here = party is not None and is_origin_of(party, request.host)
    return {"party": party, "passkeys_work_here": is_here}


def _target() -> str | None:
    """Where the visitor wanted to go when a factor came in between."""
    return safe_next(request.args.get("next"))


def _done(message: str) -> BaseResponse:
    flash(message, "success")
    return redirect(_target() or url_for("second_factor.overview"))


@blueprint.get("")
@signed_in
def overview() -> str:
    return render_template(
        "second_factor/overview.html", target=_target(), **facts_of(current_user)
    )


@blueprint.route("/confirm", methods=["GET", "POST"])
@signed_in
@limiter.limit(FLOOD, methods=["POST"])
def confirm() -> Page:
    form = PresentForm()
    if form.validate_on_submit():
        try:
            confirm_password(current_user, form.present.data)
        except DomainError as refused:
            show_refusal(form, refused)
        else:
            note_present()
            return redirect(_target() or url_for("second_factor.overview"))
    return render_template("second_factor/confirm.html", form=form), 422 if form.errors else 200


@blueprint.post("/totp/start")
@signed_in
@asks_presence
def begin_totp() -> BaseResponse:
    with transaction():
        start_totp(current_user)
    return redirect(url_for("second_factor.totp", next=_target()))


@blueprint.route("/totp", methods=["GET", "POST"])
@signed_in
@asks_presence
@limiter.limit(FLOOD, methods=["POST"])
def totp() -> Page:
    form = CodeForm()
    if not form.validate_on_submit():
        return _totp_page(form)
    try:
        with transaction():
            codes = operations.set_up_totp(current_user, form.code.data)
    except DomainError as refused:
        show_refusal(form, refused)
        return _totp_page(form)
    if codes:
        return _codes_page(codes)
    return _done(_("验证器应用已设置好。"))


def _totp_page(form: CodeForm) -> Page:
    device = totp_in_setup(current_user)
    facts: dict[str, Any] = {"device": device, "form": form, "target": _target()}
    if device is not None:
        facts["qr"] = draw_qr(provisioning_uri(current_user, device))
        facts["secret"] = secret_of(device)
        facts["grouped_secret"] = grouped(facts["secret"], 4)
    return render_template("second_factor/totp.html", **facts), 422 if form.errors else 200


@blueprint.route("/totp/remove", methods=["GET", "POST"])
@signed_in
@asks_presence
def remove_totp() -> Page:
    if SureForm().validate_on_submit():
        with transaction():
            operations.remove_totp(current_user)
        return _done(_("验证器应用已移除。"))
    facts = facts_of(current_user)
    return render_template("second_factor/remove.html", form=SureForm(), passkey=None, **facts)


@blueprint.get("/passkeys/new")
@signed_in
@asks_presence
def new_passkey() -> str:
    return render_template("second_factor/new_passkey.html", target=_target(), **passkey_facts())


@blueprint.post("/passkeys/options")
@signed_in
@asks_presence
@limiter.limit(FLOOD)
def passkey_options() -> Response:
    with transaction():
        options = options_to_add(current_user)
    return jsonify(options)


@blueprint.post("/passkeys")
@signed_in
@asks_presence
@limiter.limit(FLOOD)
def keep_passkey() -> tuple[Response, int]:
    """201 with where to go next; `codes_due` tells that recovery codes are still to be made."""
    body = request.get_json(silent=True)
    sent = body if isinstance(body, dict) else {}
    with transaction():
        challenge = take_challenge(current_user, ChallengePurpose.ADD)
    with transaction():
        add_passkey(current_user, challenge, sent.get("credential"), str(sent.get("name") or ""))
    codes_due = not queries.factors_of(current_user.id).codes_left
    flash(_("通行密钥已添加。"), "success")
    to = _target() or url_for("second_factor.overview")
    return jsonify(next=to, codes_due=codes_due), 201


@blueprint.route("/passkeys/<int:passkey_id>", methods=["GET", "POST"])
@signed_in
def passkey(passkey_id: int) -> Page:
    found = queries.get_own_passkey(current_user, passkey_id)
    form = NameForm(obj=found)
    if form.validate_on_submit():
        with transaction():
            operations.rename_passkey(current_user, passkey_id, form.name.data)
        return _done(_("名称已修改。"))
    page = render_template("second_factor/passkey.html", form=form, passkey=found)
    return page, 422 if form.errors else 200


@blueprint.route("/passkeys/<int:passkey_id>/remove", methods=["GET", "POST"])
@signed_in
@asks_presence
def remove_passkey(passkey_id: int) -> Page:
    found = queries.get_own_passkey(current_user, passkey_id)
    if SureForm().validate_on_submit():
        with transaction():
            operations.remove_passkey(current_user, passkey_id)
        return _done(_("通行密钥已移除。"))
    facts = facts_of(current_user)
    return render_template("second_factor/remove.html", form=SureForm(), passkey=found, **facts)


@blueprint.route("/recovery-codes", methods=["GET", "POST"])
@signed_in
@asks_presence
def recovery_codes() -> Page:
    form = SureForm()
    if form.validate_on_submit():
        try:
            with transaction():
                codes = make_codes(current_user)
        except Conflict as refused:
            flash(str(refused.message), "error")
            return redirect(url_for("second_factor.overview"))
        return _codes_page(codes)
    return render_template(
        "second_factor/ask_codes.html", form=form, target=_target(), **facts_of(current_user)
    )


def _codes_page(codes: list[str]) -> str:
    return render_template(
        "second_factor/codes.html", codes=codes, target=_target(), now=clock.now()
    )
