"""Policies in words, and a calculator that shows what would become of a claim. Nothing is kept."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user

from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.hourbank.conversion import queries, shown
from lms.hourbank.conversion.forms import CalculatorForm
from lms.hourbank.conversion.rules import recognize
from lms.hourbank.conversion.types import FactsError, KindRule, NotClaimable, Policy, Recognition
from lms.web.auth import permissions_here, signed_in

blueprint = Blueprint("policies", __name__, url_prefix="/hourbank/policies")


@blueprint.get("")
@signed_in
def index() -> str:
    return render_template(
        "hourbank/policies/index.html",
        places=queries.places(),
        own=queries.policy_of_person(current_user),
        may_try=Permission.BANK_POLICY_TRY in permissions_here(),
    )


@blueprint.get("/<policy_code>")
@signed_in
def show(policy_code: str) -> str:
    policy = _find(policy_code)
    names = queries.division_names([policy.division_code])
    return render_template(
        "hourbank/policies/show.html",
        policy=policy,
        place=names[policy.division_code],
        kinds=[shown.shown_kind(kind) for kind in policy.kinds],
        reported=[shown.shown_kind(kind) for kind in policy.reported],
        requirement=shown.requirement_lines(policy),
        steps=shown.step_labels(policy),
        title_lines=shown.title_lines(policy),
        **_calculator(policy),
    )


@blueprint.get("/<policy_code>/try")
@signed_in
def calculate(policy_code: str) -> str:
    """The calculator alone, for another kind; what came of it alone, once its fields are filled."""
    policy = _find(policy_code)
    part = "_result" if "sent" in request.args else "_calculator"
    return render_template(f"hourbank/policies/{part}.html", policy=policy, **_calculator(policy))


def _find(code: str) -> Policy:
    policy = queries.find_policy_by_code(code)
    if policy is None:
        raise NotFound()
    return policy


def _calculator(policy: Policy) -> dict[str, Any]:
    """The chosen kind, its form, and what came of it if it was sent."""
    try:
        kind = policy.kind(request.args.get("kind", ""))
    except NotClaimable:
        kind = policy.kinds[0]
    is_sent = "sent" in request.args
    form = CalculatorForm.of(kind, request.args if is_sent else None)
    return {
        "kind": kind,
        "form": form,
        "recognition": _recognition(policy, kind, form) if is_sent else None,
    }


def _recognition(policy: Policy, kind: KindRule, form: CalculatorForm) -> Recognition | None:
    read = form.read()
    if read is None:
        return None
    try:
        return recognize(policy, kind.code, *read)
    except FactsError as error:
        form.tell([error])
        return None
