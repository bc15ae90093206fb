"""What a claimant does: begin, write, submit, withdraw, throw away."""

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.claims import chain
from lms.claims.answers import Answers, answer_names
from lms.claims.evidence import hold_writable, missing_evidence
from lms.claims.models import Claim, ClaimDeed, ClaimEvidence, ClaimState, ClaimStep
from lms.claims.recognizing import FormErrors, judge, policy_of, rule_of, unit_or_conflict
from lms.claims.recording import record_deed
from lms.claims.rules import certificate_key, claimable_years, due_on
from lms.claims.states import CLAIM_MOVES
from lms.config import Settings
from lms.core import clock
from lms.core.db import after_commit, db, hold
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.files import forget_file
from lms.core.states import move
from lms.hourbank.policies import policy_for

# Who has more than these has a script, and nobody would find their way among them.
MOST_DRAFTS = 50


def begin_claim(actor: Person, year: int, kind: str) -> Claim:
    """Begin a claim of a kind for a year; nobody else sees it before it is submitted.

    Raises NotAllowed for an account that does not work, Conflict for somebody without a unit or
    with too many drafts, and Invalid (fields "year" and "kind").
    """
    if not actor.may_study:
        raise NotAllowed()
    unit = unit_or_conflict(actor.unit)
    if year not in claimable_years(clock.today()):
        raise Invalid(_l("不能申报这个年度的学时。"), field="year")
    policy = policy_for(unit.division_code, year)
    rule = next((each for each in policy.kinds if each.code == kind), None)
    if rule is None:
        raise Invalid(_l("请选择申报类别。"), field="kind")
    drafts = select(func.count(Claim.id)).where(
        Claim.person_id == actor.id, Claim.state == ClaimState.DRAFT
    )
    if (db.session.scalar(drafts) or 0) >= MOST_DRAFTS:
        raise Conflict(_l("草稿太多了，请先提交或删除一些。"))
    claim = Claim(
        person=actor,
        year=year,
        policy=policy.code,
        kind=rule.code,
        kind_label=rule.label,
        organization=unit,
    )
    db.session.add(claim)
    db.session.flush()
    return claim


def write_claim(
    actor: Person, claim: Claim, title: str, certificate_number: str, answers: Answers
) -> None:
    """Keep what was typed, right or not yet.

    Raises NotFound for somebody else's, Conflict if it is not to be written in.
    """
    hold_writable(actor, claim)
    claim.title = title
    claim.certificate_number = certificate_number
    claim.certificate_key = certificate_key(certificate_number)
    claim.answers = {name: answers.get(name, "") for name in answer_names(rule_of(claim))}
    claim.changed_at = clock.now()
    db.session.flush()


def submit_claim(actor: Person, claim: Claim) -> None:
    """Send a claim on its way, from the first desk also if one further on had returned it.

    Raises NotFound, Conflict if it cannot be submitted now, NotAllowed for an account that does
    not work, and FormErrors for all that is missing or wrong in it.
    """
    hold_writable(actor, claim)
    if not actor.may_study:
        raise NotAllowed()
    _check_complete(claim)
    unit = unit_or_conflict(actor.unit)
    policy = policy_of(claim)
    if claim.kind not in {kind.code for kind in policy.kinds}:
        raise Conflict(_l("这一类别由组织单位或平台登记，不能个人申报。"))
    claim.asked = judge(claim, claim.answers).asked
    claim.policy, claim.kind_label = policy.code, rule_of(claim).label
    claim.organization = unit
    claim.round += 1
    claim.submitted_at = clock.now()
    for paper in claim.papers:
        paper.sent_in = paper.sent_in or claim.round
    move(claim, ClaimState.PENDING, CLAIM_MOVES)
    record_deed(actor, claim, ClaimDeed.SUBMIT, content=_content(claim))
    pass_on(claim, None)


def _check_complete(claim: Claim) -> None:
    rule = rule_of(claim)
    errors: dict[str, object] = {}
    if not claim.title:
        errors["title"] = _l("请填写学习内容。")
    try:
        judge(claim, claim.answers)
    except FormErrors as wrong:
        errors.update(wrong.errors)
    if missing := missing_evidence(claim, rule):
        errors["evidence"] = _l("请上传证明材料：%(labels)s。", labels=_("、").join(missing))
    if errors:
        raise FormErrors(errors)


def _content(claim: Claim) -> dict[str, object]:
    """What is submitted, for the history."""
    return {
        "title": claim.title,
        "certificate_number": claim.certificate_number,
        "answers": dict(claim.answers),
        "evidence": [paper.id for paper in claim.papers],
    }


def pass_on(claim: Claim, passed: ClaimStep | None) -> bool:
    """Lay a claim on the desk after the one it has passed; whether there is one.

    Raises Conflict if its division has no bureau, for nobody could then decide.
    """
    organization = unit_or_conflict(claim.organization)
    desks = chain.desks_of(organization, claim.kind, policy_for_steps(claim))
    if not desks:
        raise Conflict(_l("您单位所在地区还没有人社部门在本平台办公，暂时不能申报。"))
    desk = chain.next_desk(desks, passed)
    if desk is None:
        return False
    settings: Settings = current_app.extensions["settings"]
    claim.step, claim.desk, claim.superior = desk.step, desk.organization, desk.superior
    claim.arrived_at = clock.now()
    claim.due_on = due_on(clock.today(), settings.claim_decide_days, claim.year)
    db.session.flush()
    return True


def policy_for_steps(claim: Claim) -> tuple[str, ...]:
    """The steps that the claim's policy wants."""
    organization = unit_or_conflict(claim.organization)
    return policy_for(organization.division_code, claim.year).deciding.steps


def withdraw_claim(actor: Person, claim: Claim, remark: str = "") -> None:
    """Take a claim back that is not decided yet, to mend it or to leave it.

    Raises NotFound for somebody else's, IllegalMove if it is decided.
    """
    if claim.person_id != actor.id:
        raise NotFound()
    hold(claim)
    move(claim, ClaimState.WITHDRAWN, CLAIM_MOVES)
    record_deed(actor, claim, ClaimDeed.WITHDRAW, remark)
    leave_desks(claim)


def leave_desks(claim: Claim) -> None:
    """Let the claim wait for nobody any more."""
    claim.step = claim.desk = claim.superior = claim.arrived_at = claim.due_on = None
    db.session.flush()


def discard_claim(actor: Person, claim: Claim) -> None:
    """Throw a draft away that was never submitted, with its files.

    Raises NotFound for somebody else's, Conflict for one that has a history.
    """
    hold_writable(actor, claim)
    if claim.round:
        raise Conflict(_l("提交过的申报留有审核记录，不能删除。"))
    papers: list[ClaimEvidence] = list(claim.evidence)
    paths = [paper.path for paper in papers]
    for paper in papers:
        db.session.delete(paper)
    db.session.flush()
    db.session.delete(claim)
    db.session.flush()
    for path in paths:
        after_commit(lambda path=path: forget_file(path))  # type: ignore[misc]
