"""How far a claim has come, as its claimant and its reviewers see it."""

from dataclasses import dataclass

from lms.claims.chain import Desk, desks_of
from lms.claims.models import Claim, ClaimDeed, ClaimState
from lms.claims.operations import policy_for_steps
from lms.claims.queries import is_deserted


@dataclass(frozen=True)
class Progress:
    """The desks of a claim, how many it has passed, and whether nobody is at the present one."""

    desks: list[Desk]
    passed: int
    is_deserted: bool


def progress_of(claim: Claim) -> Progress:
    """The way of a claim in its present round."""
    if claim.organization is None:
        return Progress([], 0, False)
    desks = desks_of(claim.organization, claim.kind, policy_for_steps(claim))
    if claim.state in (ClaimState.RECOGNIZED, ClaimState.TAKEN_BACK):
        return Progress(desks, len(desks), False)
    approved = {
        event.step
        for event in claim.events
        if event.round == claim.round and event.deed is ClaimDeed.APPROVE
    }
    passed = sum(desk.step in approved for desk in desks)
    return Progress(desks, passed, is_deserted(claim))
