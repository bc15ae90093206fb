"""An application to study again is of no more use once the cycle is completed after all."""

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.states import move
from lms.enrollments.models import Cycle
from lms.enrollments.queries import in_charge_of
from lms.exams.models import RestudyApplication, RestudyState
from lms.exams.states import RESTUDY

# Kept with the application, in the words of the field.
REMARK = "题目答案更正后考试已合格，不需要重新学习。"


def close_applications(actor: Person, cycle: Cycle) -> None:
    """Close an application of the cycle that nobody has decided yet, with the reason."""
    query = select(RestudyApplication).where(
        RestudyApplication.cycle_id == cycle.id, RestudyApplication.state == RestudyState.PENDING
    )
    for application in db.session.scalars(query.with_for_update()):
        move(application, RestudyState.REFUSED, RESTUDY)
        application.decided_at = clock.now()
        application.decided_by_id = actor.id
        application.remark = REMARK
        in_charge = in_charge_of(cycle)
        subject = f"restudy:{application.id}"
        record(AuditTag.EXAMS_RESTUDY_REFUSE, actor.id, subject, organization_id=in_charge)
