"""What reviewers do: approve, return, refuse; a bureau takes back what was wrongly recognised."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.claims.booking import book_claim, reverse_claim
from lms.claims.models import Claim, ClaimDeed, ClaimState
from lms.claims.operations import leave_desks, pass_on
from lms.claims.queries import is_deserted, may_decide, may_see
from lms.claims.recording import record_deed
from lms.claims.states import CLAIM_MOVES
from lms.claims.tasks import tell_claimant
from lms.core import clock
from lms.core.db import hold
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.permissions import Permission
from lms.core.states import move
from lms.core.tasks import enqueue_after_commit

DECISIONS = (ClaimDeed.APPROVE, ClaimDeed.RETURN, ClaimDeed.REFUSE)
_NEEDS_REASON: Mapping[ClaimDeed, object] = {
    ClaimDeed.RETURN: _l("退回时请写明需要修改什么。"),
    ClaimDeed.REFUSE: _l("不予认定时请写明原因。"),
    ClaimDeed.TAKE_BACK: _l("撤销认定时请写明原因。"),
}


def decide(actor: Person, claim: Claim, deed: ClaimDeed, remark: str, turn: int) -> None:
    """Approve, return or refuse a claim at the desk where it lies, as it was seen at `turn`.

    The last approval books the hours. Raises NotFound for a claim that is not the actor's to see,
    Conflict if it has moved on meanwhile, NotAllowed if it does not wait for them, Invalid (field
    "remark") without the reason that is needed.
    """
    hold(claim)
    if deed not in DECISIONS:
        raise Invalid(_l("请选择审核结果。"), field="deed")
    _check_turn(actor, claim, turn)
    _check_reason(deed, remark)
    is_stand_in = not _holds_post_at(actor, claim.desk_id)
    passed = claim.step
    if deed is ClaimDeed.APPROVE:
        record_deed(actor, claim, deed, remark, is_stand_in=is_stand_in)
        if pass_on(claim, passed):
            return
        _recognize(claim)
    else:
        target = ClaimState.RETURNED if deed is ClaimDeed.RETURN else ClaimState.REFUSED
        move(claim, target, CLAIM_MOVES)
        record_deed(actor, claim, deed, remark, is_stand_in=is_stand_in)
    claim.decided_at = clock.now()
    leave_desks(claim)
    enqueue_after_commit(tell_claimant, claim.id, claim.turn)


def _check_turn(actor: Person, claim: Claim, turn: int) -> None:
    if not may_see(actor, claim):
        raise NotFound()
    if claim.state is not ClaimState.PENDING or claim.turn != turn:
        raise Conflict(_l("这份申报刚刚有了变动，请刷新后再看。"))
    if not may_decide(actor, claim):
        raise NotAllowed(
            _l("这份申报不由您审核：不能审核本人的申报，同一人也不能审核同一份申报的两个环节。")
        )


def _check_reason(deed: ClaimDeed, remark: str) -> None:
    if deed in _NEEDS_REASON and not remark.strip():
        raise Invalid(_NEEDS_REASON[deed], field="remark")


def _holds_post_at(actor: Person, organization_id: int | None) -> bool:
    return any(post.is_in_force and post.organization_id == organization_id for post in actor.posts)


def _recognize(claim: Claim) -> None:
    book_claim(claim)
    move(claim, ClaimState.RECOGNIZED, CLAIM_MOVES)


def take_back(actor: Person, claim: Claim, reason: str) -> None:
    """Reverse what was recognised of a claim, in the ledger too; the claim stays as it was read.

    Raises NotFound for a claim that is not the actor's to see, NotAllowed for who is no bureau's,
    Invalid (field "remark") without a reason, IllegalMove unless it is recognised.
    """
    if not may_see(actor, claim):
        raise NotFound()
    require(actor, Permission.CLAIMS_CLAIM_TAKE_BACK, claim.organization_id)
    hold(claim)
    _check_reason(ClaimDeed.TAKE_BACK, reason)
    move(claim, ClaimState.TAKEN_BACK, CLAIM_MOVES)
    reverse_claim(claim, reason.strip())
    record_deed(actor, claim, ClaimDeed.TAKE_BACK, reason)
    enqueue_after_commit(tell_claimant, claim.id, claim.turn)


def stands_in(actor: Person, claim: Claim) -> bool:
    """Whether `actor` would decide for a desk at which nobody can."""
    return is_deserted(claim) and not _holds_post_at(actor, claim.desk_id)
