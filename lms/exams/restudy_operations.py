"""Re-study: after two failed attempts one applies; who decides, the policy of the course says."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.catalog.policies import RestudyRule, policy_of
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.events import restudy_decided
from lms.core.states import move
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import start_restudy
from lms.enrollments.queries import in_charge_of, latest_cycle
from lms.exams import queries
from lms.exams.models import RestudyApplication, RestudyState
from lms.exams.states import RESTUDY

SHORTEST_REASON = 5
LONGEST_REASON = 500


def apply_for_restudy(actor: Person, cycle: Cycle, reason: str) -> RestudyApplication:
    """Apply to study a failed course again. Raises Invalid for no reason, Conflict otherwise.

    Where the policy approves by itself the new cycle begins at once, with the reason on record; it
    raises what start_restudy raises, and then there is no application either.
    """
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid(_l("请用 5 到 500 个字说明申请理由。"), field="reason")
    latest = latest_cycle(actor, cycle.course)
    if cycle.state is not CycleState.FAILED or latest is None or latest.id != cycle.id:
        raise Conflict(_l("只有两次考试都未通过的学习，才需要申请重新学习。"))
    rule = policy_of(cycle.course).restudy
    application = RestudyApplication(cycle_id=cycle.id, reason=reason, rule=rule)
    try:
        with db.session.begin_nested():
            db.session.add(application)
    except IntegrityError:
        raise Conflict(_l("申请已经提交，请等待审批。")) from None
    record(
        AuditTag.EXAMS_RESTUDY_APPLY,
        actor.id,
        f"restudy:{application.id}",
        organization_id=in_charge_of(cycle),
    )
    if rule is RestudyRule.AUTOMATIC:
        _conclude(application, RestudyState.APPROVED, None)
    return application


def decide_restudy(
    actor: Person, application_id: int, *, approve: bool, remark: str
) -> RestudyApplication:
    """Approve (a new cycle begins at once) or refuse with a reason.

    Raises NotFound if `actor` may not decide it, nobody on an application of their own; Invalid
    for a refusal without reason; Conflict if it is decided already.
    """
    # Held until the commit, so that two decisions at once queue up and the second is refused.
    row = select(RestudyApplication.id).where(RestudyApplication.id == application_id)
    db.session.execute(row.with_for_update())
    application = queries.application_to_decide(actor, application_id)
    remark = remark.strip()
    if not approve and not remark:
        raise Invalid(_l("不同意时请说明理由。"), field="remark")
    application.remark = remark[:LONGEST_REASON]
    _conclude(application, RestudyState.APPROVED if approve else RestudyState.REFUSED, actor)
    return application


def _conclude(application: RestudyApplication, state: RestudyState, actor: Person | None) -> None:
    """What follows from a decision: of `actor`, or of nobody but the policy."""
    is_approved = state is RestudyState.APPROVED
    actor_id = actor.id if actor else None
    move(application, state, RESTUDY)
    application.decided_at = clock.now()
    application.decided_by_id = actor_id
    if is_approved:
        application.new_cycle_id = start_restudy(actor, application.cycle).id
    tag = AuditTag.EXAMS_RESTUDY_APPROVE if is_approved else AuditTag.EXAMS_RESTUDY_REFUSE
    in_charge = in_charge_of(application.cycle)
    record(tag, actor_id, f"restudy:{application.id}", organization_id=in_charge)
    db.session.flush()
    restudy_decided.send(application)
