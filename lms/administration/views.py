"""A unit registers: the form, what became of it, and mending what was refused."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.taken_numbers import note_if_taken, told_taken_limit, was_taken
from lms.administration.queries import registration_of
from lms.administration.registration import draft_registrant, mend_registration
from lms.administration.registration import register_unit as register
from lms.administration.registration_forms import RegistrationForm, UnitForm
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.organizations.models import Organization, OrganizationState
from lms.web.auth import open_to_all, signed_in
from lms.web.limits import limiter
from lms.web.refusals import show_refusal

blueprint = Blueprint("administration", __name__)


@blueprint.route("/register/unit", methods=["GET", "POST"])
@open_to_all
@limiter.limit("60/minute", methods=["POST"])
@told_taken_limit
def register_unit() -> str | Response | tuple[str, int]:
    has_account = bool(current_user.is_authenticated)
    if has_account and registration_of(current_user) is not None:
        return redirect(url_for("administration.mend_unit"))
    form = UnitForm() if has_account else RegistrationForm()
    if form.validate_on_submit():
        try:
            # Hashing takes a tenth of a second, in which nobody else's writing should wait.
            who = current_user if has_account else draft_registrant(form.registrant())
            with transaction():
                register(form.facts(), who)
        except DomainError as refusal:
            note_if_taken(refusal)
            show_refusal(form, refusal)
        else:
            return redirect(url_for("administration.unit_registered"), 303)
    page = render_template(
        "administration/register.html", form=form, has_account=has_account, was_taken=was_taken()
    )
    return page, 422 if form.errors else 200


@blueprint.get("/register/unit/done")
@open_to_all
def unit_registered() -> str | Response:
    if current_user.is_authenticated:
        flash(_("单位注册已提交，请等待审核。"), "success")
        return redirect(url_for("administration.mend_unit"))
    return render_template("administration/registered.html")


@blueprint.route("/register/unit/mend", methods=["GET", "POST"])
@signed_in
def mend_unit() -> str | Response | tuple[str, int]:
    unit = registration_of(current_user)
    if unit is None:
        raise NotFound()
    if unit.state is not OrganizationState.REFUSED:
        return render_template("administration/waiting.html", unit=unit)
    form = UnitForm()
    if request.method == "GET":
        form.fill(unit)
    if form.validate_on_submit() and _is_mended(form, unit):
        flash(_("已重新提交，请等待审核。"), "success")
        return redirect(url_for("administration.mend_unit"), 303)
    page = render_template("administration/mend.html", form=form, remark=unit.remark)
    return page, 422 if form.errors else 200


def _is_mended(form: UnitForm, unit: Organization) -> bool:
    unit_id = unit.id
    try:
        with transaction():
            mend_registration(current_user, unit_id, form.facts())
    except DomainError as refusal:
        show_refusal(form, refusal)
        return False
    return True
