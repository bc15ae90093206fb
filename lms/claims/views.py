"""/hourbank/claims: one's own claims, from the first draft to what became of them."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.claims import operations, queries
from lms.claims.answers import shown_answers
from lms.claims.chain import desks_of
from lms.claims.evidence_files import evidence_limits
from lms.claims.forms import ClaimForm, NewClaimForm, claim_form
from lms.claims.models import Claim
from lms.claims.progress import progress_of
from lms.claims.recognizing import FormErrors, judge, policy_of, rule_of
from lms.claims.rules import claimable_years
from lms.core import clock
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError
from lms.hourbank.conversion.types import Policy
from lms.hourbank.policies import policy_for
from lms.web.auth import signed_in
from lms.web.paging import newest_first, record_id
from lms.web.refusals import carried_out, flash_refusal, show_refusal

blueprint = Blueprint("claims", __name__, url_prefix="/hourbank/claims")
Page = str | Response | tuple[str, int]


@blueprint.get("")
@signed_in
def claims() -> str:
    after = request.args.get("after", type=record_id)
    page = newest_first(queries.claims_of(current_user), Claim.id, after)
    return render_template("claims/index.html", page=page)


@blueprint.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> Page:
    form = NewClaimForm()
    years = claimable_years(clock.today())
    form.year.choices = [(year, _("%(year)s 年", year=year)) for year in years]
    asked_year = request.values.get("year", type=record_id)
    year = asked_year if asked_year in years else years[0]
    if request.method == "GET":
        form.year.data = year
    if form.validate_on_submit():
        try:
            with transaction():
                claim = operations.begin_claim(current_user, form.year.data, form.kind.data or "")
                claim_id = claim.id
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect(url_for("claims.edit", claim_id=claim_id), 303)
    unit = current_user.unit
    policy = policy_for(unit.division_code, year) if unit else None
    page = render_template(
        "claims/new.html",
        form=form,
        year=year,
        policy=policy,
        has_bureau=bool(policy and unit and desks_of(unit, "", policy.deciding.steps)),
    )
    return page, 422 if form.errors else 200


@blueprint.get("/<int:claim_id>")
@signed_in
def claim(claim_id: int) -> Page:
    found = queries.get_own_claim(current_user, claim_id)
    can_write = found.is_writable and _has_form(found)
    if can_write and not found.round:
        return redirect(url_for("claims.edit", claim_id=claim_id))
    return render_template(
        "claims/show.html",
        claim=found,
        can_write=can_write,
        answers=answers_of(found),
        progress=progress_of(found),
        policy=policy_of(found),
    )


def _has_form(found: Claim) -> bool:
    """Whether the policy of the claimant's unit has the claim's kind, also after they moved."""
    try:
        rule_of(found)
    except Conflict:
        return False
    return True


def answers_of(found: Claim) -> list[tuple[Any, str]]:
    """What was answered, with the labels of the policy; nothing if it has no such kind any more."""
    try:
        return shown_answers(rule_of(found), found.answers)
    except DomainError:
        return []


@blueprint.route("/<int:claim_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(claim_id: int) -> Page:
    found = queries.get_own_claim(current_user, claim_id)
    if not (found.is_writable and _has_form(found)):
        return redirect(url_for("claims.claim", claim_id=claim_id))
    form = _form_of(found)
    if form.validate_on_submit():
        try:
            with transaction():
                _write(found, form)
        except DomainError as refusal:
            flash_refusal(refusal)
            return redirect(url_for("claims.claims"), 303)
        if request.form.get("deed") != "submit":
            flash(_("草稿已保存，可以随时继续填写。"), "success")
            return redirect(url_for("claims.edit", claim_id=claim_id), 303)
        if _submitted(found, form):
            flash(_("申报已提交，审核进度会显示在这里。"), "success")
            return redirect(url_for("claims.claim", claim_id=claim_id), 303)
    return _edit_page(found, form), 422 if form.errors else 200


def _form_of(found: Claim) -> ClaimForm:
    return claim_form(rule_of(found), found.title, found.certificate_number, found.answers)


def _write(found: Claim, form: ClaimForm) -> None:
    operations.write_claim(
        current_user, found, form.title.data, form.certificate_number.data, form.answers
    )


def _submitted(found: Claim, form: ClaimForm) -> bool:
    """Whether the claim is on its way; else the form tells what is wrong."""
    try:
        with transaction():
            operations.submit_claim(current_user, found)
    except FormErrors as wrong:
        for name, message in wrong.errors.items():
            form.tell(name, message)
    except DomainError as refusal:
        show_refusal(form, refusal)
    else:
        return True
    return False


def _edit_page(found: Claim, form: ClaimForm) -> str:
    policy = policy_of(found)
    return render_template(
        "claims/edit.html",
        claim=found,
        form=form,
        rule=rule_of(found),
        preview=_preview(found, found.answers, policy),
        **evidence_limits(),
    )


@blueprint.post("/<int:claim_id>/preview")
@signed_in
def preview(claim_id: int) -> str:
    """What these answers would be recognised with; nothing is kept."""
    found = queries.get_own_claim(current_user, claim_id)
    answers = _form_of(found).answers
    return render_template("claims/_preview.html", **_preview(found, answers, policy_of(found)))


def _preview(found: Claim, answers: Mapping[str, str], policy: Policy) -> dict[str, Any]:
    try:
        return {"recognition": judge(found, answers), "policy": policy, "year": found.year}
    except FormErrors:
        return {"recognition": None, "policy": policy, "year": found.year}


@blueprint.post("/<int:claim_id>/withdraw")
@signed_in
def withdraw(claim_id: int) -> Response:
    found = queries.get_own_claim(current_user, claim_id)
    with carried_out(_("已撤回，可以修改后重新提交。")):
        operations.withdraw_claim(current_user, found)
    return redirect(url_for("claims.claim", claim_id=claim_id), 303)


@blueprint.post("/<int:claim_id>/discard")
@signed_in
def discard(claim_id: int) -> Response:
    found = queries.get_own_claim(current_user, claim_id)
    with carried_out(_("草稿已删除。")):
        operations.discard_claim(current_user, found)
    return redirect(url_for("claims.claims"), 303)
