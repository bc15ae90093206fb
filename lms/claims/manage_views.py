"""/manage/claims: what waits for a reviewer, one by one and many at once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.claims import deciding, listing, queries
from lms.claims.duplicates import duplicates_of, flagged_among
from lms.claims.forms import ClaimFilterForm, DecisionForm, RemarkForm
from lms.claims.listing import PAGE_SIZE, Wanted
from lms.claims.models import Claim, ClaimDeed, ClaimState
from lms.claims.progress import progress_of
from lms.claims.recognizing import FormErrors, judge, policy_of
from lms.claims.views import answers_of
from lms.core.db import db, transaction
from lms.core.errors import DomainError, Invalid
from lms.core.permissions import Permission
from lms.hourbank.conversion.types import Recognition
from lms.web.auth import permissions_here, staff
from lms.web.paging import SEPARATOR, place_of, record_id
from lms.web.refusals import flash_refusal, show_refusal

blueprint = Blueprint("manage_claims", __name__, url_prefix="/manage/claims")
READ = Permission.CLAIMS_CLAIM_READ
DECIDE = Permission.CLAIMS_CLAIM_DECIDE
TAKE_BACK = Permission.CLAIMS_CLAIM_TAKE_BACK
Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Outcome:
    """What became of one claim of many; `why` is empty if it was done."""

    claim: Claim | None
    claim_id: int
    why: str = ""


@blueprint.get("")
@staff(READ)
def claims() -> str:
    shows_all = request.args.get("show") == "all"
    form = _filter_form()
    wanted = _wanted(form, shows_all)
    rows, before, after = (_every if shows_all else _waiting)(wanted)
    return render_template(
        "claims/manage/index.html",
        claims=rows,
        previous_url=before,
        next_url=after,
        form=form,
        decision=DecisionForm(formdata=None),
        shows_all=shows_all,
        is_narrowed=wanted != Wanted(),
        flagged=flagged_among([claim.id for claim in rows]),
        waiting=queries.count_to_decide(current_user),
        overdue=queries.count_overdue(current_user),
        separator=SEPARATOR,
    )


def _waiting(wanted: Wanted) -> tuple[list[Claim], str | None, str | None]:
    place = place_of(request.args, dt.date.fromisoformat, record_id)
    page = listing.waiting_page(current_user, wanted, place)
    before = _address(**page.previous.arguments) if page.previous else None
    return page.rows, before, _address(**page.next.arguments) if page.next else None


def _every(wanted: Wanted) -> tuple[list[Claim], str | None, str | None]:
    after = request.args.get("after", type=record_id)
    page = listing.every_page(current_user, wanted, after)
    before = None if page.is_first else _address()
    return page.rows, before, _address(after=page.next_key) if page.next_key else None


def _address(**place: object) -> str:
    """The list as it is narrowed now, at another place."""
    names = ("show", "state", "year", "kind", "unit", "overdue", "flagged")
    kept = {name: request.args[name] for name in names if request.args.get(name)}
    return url_for("manage_claims.claims", **kept, **place)  # type: ignore[arg-type]


def _filter_form() -> ClaimFilterForm:
    form = ClaimFilterForm(request.args)
    form.year.choices = [("", _("全部年度")), *((str(y), str(y)) for y in _years())]
    form.kind.choices = [("", _("全部类别")), *listing.kinds_seen(current_user).items()]
    return form


def _years() -> list[int]:
    return listing.years_seen(current_user)


def _wanted(form: ClaimFilterForm, shows_all: bool) -> Wanted:
    year = form.year.data or ""
    return Wanted(
        state=ClaimState.find(form.state.data) if shows_all else None,
        year=int(year) if year.isdecimal() and len(year) == 4 else None,
        kind=form.kind.data or "",
        unit=form.unit.data or "",
        overdue=form.overdue.data,
        flagged=form.flagged.data,
    )


@blueprint.post("/decide")
@staff(DECIDE)
def decide_many() -> Page:
    """One decision with one remark on all that were picked, each by itself."""
    form = DecisionForm()
    deed = ClaimDeed.find(form.deed.data)
    picked = [_pick(text) for text in request.form.getlist("claims")][:PAGE_SIZE]
    picks = [pick for pick in picked if pick is not None]
    problem = _problem(form, deed, bool(picks))
    if problem or deed is None:
        flash(str(problem), "warning")
        return redirect(url_for("manage_claims.claims"), 303)
    outcomes = [
        _decide_one(claim_id, turn, deed, form.remark.data or "") for claim_id, turn in picks
    ]
    done = sum(not outcome.why for outcome in outcomes)
    return render_template("claims/manage/decided.html", outcomes=outcomes, deed=deed, done=done)


def _pick(text: str) -> tuple[int, int] | None:
    """The claim and the turn at which it was seen, as a check box holds them."""
    number, _separator, turn = text.partition(SEPARATOR)
    try:
        return record_id(number), record_id(turn)
    except ValueError:
        return None


def _problem(form: DecisionForm, deed: ClaimDeed | None, has_picks: bool) -> object:
    if not has_picks:
        return _("请先勾选申报。")
    if deed not in deciding.DECISIONS:
        return _("请选择审核结果。")
    return None if form.validate() else next(iter(form.errors.values()))[0]


def _decide_one(claim_id: int, turn: int, deed: ClaimDeed, remark: str) -> Outcome:
    try:
        with transaction():
            claim = queries.get_claim_to_see(current_user, claim_id)
            deciding.decide(current_user, claim, deed, remark, turn)
    except DomainError as refusal:
        return Outcome(_seen(claim_id), claim_id, str(refusal.message))
    return Outcome(_seen(claim_id), claim_id)


def _seen(claim_id: int) -> Claim | None:
    """The claim as it stands now, if it may be named."""
    return db.session.scalar(queries.claims_to_see(current_user).where(Claim.id == claim_id))


@blueprint.get("/<int:claim_id>")
@staff(READ)
def claim(claim_id: int) -> str:
    found = queries.get_claim_to_see(current_user, claim_id)
    form = DecisionForm(formdata=None)
    form.turn.data = str(found.turn)
    return _claim_page(found, form)


def _claim_page(found: Claim, form: DecisionForm) -> str:
    can_decide = queries.may_decide(current_user, found)
    return render_template(
        "claims/manage/show.html",
        claim=found,
        form=form,
        back_form=RemarkForm(formdata=None),
        answers=answers_of(found),
        policy=policy_of(found),
        progress=progress_of(found),
        can_decide=can_decide,
        stands_in=can_decide and deciding.stands_in(current_user, found),
        can_take_back=_can_take_back(found),
        duplicates=duplicates_of(current_user, found),
        recognition=_foreseen(found),
    )


def _can_take_back(found: Claim) -> bool:
    return found.state is ClaimState.RECOGNIZED and TAKE_BACK in permissions_here()


def _foreseen(found: Claim) -> Recognition | None:
    """What would be recognised if it were the last step now; None once it is decided."""
    if found.state is not ClaimState.PENDING:
        return None
    try:
        return judge(found, found.answers)
    except (FormErrors, DomainError):
        return None


@blueprint.post("/<int:claim_id>/decide")
@staff(DECIDE)
def decide(claim_id: int) -> Page:
    found = queries.get_claim_to_see(current_user, claim_id)
    form = DecisionForm()
    deed = ClaimDeed.find(form.deed.data)
    try:
        with transaction():
            if not form.validate() or deed is None:
                raise Invalid(_("请选择审核结果。"), field="remark")
            turn = int(form.turn.data) if (form.turn.data or "").isdecimal() else -1
            deciding.decide(current_user, found, deed, form.remark.data or "", turn)
    except Invalid as refusal:
        show_refusal(form, refusal)
        return _claim_page(queries.get_claim_to_see(current_user, claim_id), form), 422
    except DomainError as refusal:
        flash_refusal(refusal)
        return redirect(url_for("manage_claims.claim", claim_id=claim_id), 303)
    flash(_("已办理：%(deed)s。", deed=deed.label), "success")
    return redirect(url_for("manage_claims.claims"), 303)


@blueprint.post("/<int:claim_id>/take-back")
@staff(TAKE_BACK)
def take_back(claim_id: int) -> Response:
    def take(found: Claim, remark: str) -> None:
        deciding.take_back(current_user, found, remark)

    return _with_remark(claim_id, take, _("认定已撤销，学时台账已冲销。"))


def _with_remark(claim_id: int, take: Callable[[Claim, str], None], done: str) -> Response:
    found = queries.get_claim_to_see(current_user, claim_id)
    form = RemarkForm()
    try:
        with transaction():
            take(found, form.remark.data or "")
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        flash(done, "success")
    return redirect(url_for("manage_claims.claim", claim_id=claim_id), 303)
