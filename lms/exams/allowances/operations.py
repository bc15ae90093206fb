"""Extra time in exams: granted to a person by those in charge of them, and ended again."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from lms.accounts.employments import unit_in_charge_id
from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.permissions import Permission
from lms.exams.allowances.models import MOST_EXTRA_PERCENT, TimeAllowance
from lms.exams.allowances.queries import get_allowance
from lms.memberships.queries import find_visible_person

SHORTEST_REASON, LONGEST_REASON = 2, 200
_GRANT = Permission.EXAMS_ALLOWANCE_GRANT


def person_to_allow(actor: Person, person_id: int) -> Person:
    """The person if `actor` may grant them extra time.

    Raises NotFound for anybody out of reach, NotAllowed for oneself.
    """
    person = find_visible_person(actor, person_id, _GRANT)
    if person.id == actor.id:
        raise NotAllowed(_l("不能为自己办理考试延时。"))
    return person


def grant_allowance(
    actor: Person,
    person_id: int,
    extra_percent: int,
    reason: str,
    starts_on: dt.date,
    ends_on: dt.date,
) -> TimeAllowance:
    """Give a person `extra_percent` more time in every exam opened from one day to another.

    A paper that is open keeps its deadline. Raises what `person_to_allow` raises, and Invalid.
    """
    person = person_to_allow(actor, person_id)
    reason = reason.strip()
    if not 1 <= extra_percent <= MOST_EXTRA_PERCENT:
        raise Invalid(_l("延长的时间应为考试时间的 1% 到 200%。"), field="extra_percent")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid(_l("请用 2 到 200 个字写明依据。"), field="reason")
    if ends_on < max(starts_on, clock.today()):
        raise Invalid(_l("截止日期不能早于开始日期，也不能早于今天。"), field="ends_on")
    allowance = TimeAllowance(
        person_id=person.id,
        extra_percent=extra_percent,
        reason=reason,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by_id=actor.id,
    )
    db.session.add(allowance)
    db.session.flush()
    _record(AuditTag.EXAMS_ALLOWANCE_GRANT, actor, allowance)
    return allowance


def end_allowance(actor: Person, person_id: int, allowance_id: int) -> TimeAllowance:
    """End an allowance now; it stays on record.

    Raises what `person_to_allow` raises, NotFound, or Conflict if it has been ended.
    """
    person = person_to_allow(actor, person_id)
    allowance = get_allowance(person, allowance_id)
    hold(allowance)
    if allowance.ended_at is not None:
        raise Conflict(_l("这项延时已经终止。"))
    allowance.ended_at = clock.now()
    allowance.ended_by_id = actor.id
    _record(AuditTag.EXAMS_ALLOWANCE_END, actor, allowance)
    return allowance


def _record(tag: AuditTag, actor: Person, allowance: TimeAllowance) -> None:
    # The reason may tell of somebody's health: it stays with the record and out of the audit.
    record(
        tag,
        actor.id,
        f"person:{allowance.person_id}",
        organization_id=unit_in_charge_id(allowance.person),
        extra_percent=allowance.extra_percent,
        starts_on=allowance.starts_on.isoformat(),
        ends_on=allowance.ends_on.isoformat(),
    )


def merge_allowances(survivor: Person, duplicate: Person, actor: Person) -> None:
    """Handler of events.person_merged: what was granted to the duplicate is the survivor's."""
    db.session.execute(
        update(TimeAllowance)
        .where(TimeAllowance.person_id == duplicate.id)
        .values(person_id=survivor.id)
    )
