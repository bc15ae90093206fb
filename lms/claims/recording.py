"""Writing down what was done with a claim: in its history, and in the audit trail."""

from typing import Any

from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.claims.models import Claim, ClaimDeed, ClaimEvent
from lms.claims.rules import LONGEST_REMARK
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Invalid

_TAGS = {
    ClaimDeed.SUBMIT: AuditTag.CLAIMS_CLAIM_SUBMIT,
    ClaimDeed.WITHDRAW: AuditTag.CLAIMS_CLAIM_WITHDRAW,
    ClaimDeed.APPROVE: AuditTag.CLAIMS_CLAIM_APPROVE,
    ClaimDeed.RETURN: AuditTag.CLAIMS_CLAIM_RETURN,
    ClaimDeed.REFUSE: AuditTag.CLAIMS_CLAIM_REFUSE,
    ClaimDeed.TAKE_BACK: AuditTag.CLAIMS_CLAIM_TAKE_BACK,
}


def record_deed(
    actor: Person,
    claim: Claim,
    deed: ClaimDeed,
    remark: str = "",
    *,
    is_stand_in: bool = False,
    content: dict[str, Any] | None = None,
) -> ClaimEvent:
    """Write a deed down at the desk where the claim lies; the claim's turn goes on.

    To be called before the claim leaves the desk. Raises Invalid (field "remark") for a long one.
    """
    remark = remark.strip()
    if len(remark) > LONGEST_REMARK:
        raise Invalid(_l("意见不能超过 500 个字。"), field="remark")
    claim.turn += 1
    event = ClaimEvent(
        round=claim.round,
        deed=deed,
        step=claim.step,
        actor=actor,
        organization=claim.desk,
        is_stand_in=is_stand_in,
        remark=remark,
        content=content or {},
        happened_at=clock.now(),
    )
    claim.events.append(event)
    db.session.flush()
    record(
        _TAGS[deed],
        actor.id,
        f"claim:{claim.id}",
        organization_id=claim.organization_id,
        state=claim.state.value,
        step=event.step.value if event.step else None,
        stand_in=is_stand_in,
    )
    return event
