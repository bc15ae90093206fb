"""Beginning a study cycle, and ending it once."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from lms.accounts.enums import PersonState
from lms.accounts.models import Person
from lms.catalog.models import Course
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.enums import HourCategory
from lms.core.errors import Conflict, NotAllowed, NotFound
from lms.core.events import cycle_completed, cycle_started, cycle_withdrawn
from lms.core.states import move
from lms.enrollments.models import Cycle, CycleState, EntryReason
from lms.enrollments.queries import active_cycle, in_charge_of, latest_cycle
from lms.enrollments.states import CYCLE_MOVES


def enrol(actor: Person, course: Course, reason: EntryReason = EntryReason.FREE) -> Cycle:
    """Let `actor` study `course`; returns the cycle under way if there is one already.

    FREE is for public courses that are open (Rizhao 2024, 二(一)1); ORDER for what was paid.
    Raises NotAllowed for an account that may not study and for a course that must be paid,
    Conflict if it is closed, was completed, or was failed (which asks for re-study).
    """
    latest = latest_cycle(actor, course)
    if latest is not None and latest.state is not CycleState.WITHDRAWN:
        return _resumed(latest)
    check_may_study(actor)
    if reason is EntryReason.FREE:
        _check_free(course)
    number = latest.number + 1 if latest is not None else 1
    return _start(actor, actor, course, number, reason)


def check_may_study(person: Person) -> None:
    """Raise NotAllowed, with the reason in words, for an account that may begin nothing."""
    if person.state in (PersonState.PENDING, PersonState.REFUSED):
        raise NotAllowed(_l("您的注册还没有通过单位审核，通过后即可学习。"))
    if not person.may_study:
        raise NotAllowed(_l("您的账号当前不能开始新的学习。"))


def _resumed(latest: Cycle) -> Cycle:
    if latest.state is CycleState.COMPLETED:
        raise Conflict(_l("您已完成本课程，不需要再次报名。"))
    if latest.state is CycleState.FAILED:
        raise Conflict(_l("两次考试未通过，请先申请重新学习。"))
    return latest


def _check_free(course: Course) -> None:
    if not course.published_at:
        raise NotFound()
    if course.shown.category is not HourCategory.PUBLIC:
        raise NotAllowed(_l("专业科目课程需要先购买。"))
    if not course.is_open:
        raise Conflict(_l("本课程已停止报名。"))


def _start(
    actor: Person | None, person: Person, course: Course, number: int, reason: EntryReason
) -> Cycle:
    # A course that was never published has no version, and nothing that could be studied.
    if course.version is None:
        raise Conflict(_l("本课程还没有发布，不能学习。"))
    cycle = Cycle(
        person_id=person.id,
        course=course,
        version=course.version,
        number=number,
        reason=reason,
        state=CycleState.ACTIVE,
    )
    try:
        with db.session.begin_nested():
            db.session.add(cycle)
            db.session.flush()
    except IntegrityError:
        # Another request of the same person was quicker; both get the cycle it began.
        winner = active_cycle(person, course)
        if winner is None:
            raise Conflict() from None
        return winner
    record(
        AuditTag.ENROLLMENTS_CYCLE_START,
        actor.id if actor else None,
        f"cycle:{cycle.id}",
        organization_id=in_charge_of(cycle),
        reason=reason.value,
    )
    cycle_started.send(cycle)
    return cycle


def complete_cycle(cycle: Cycle) -> None:
    """End a cycle well. Tells cycle_completed in the same transaction, once.

    Raises IllegalMove if it has ended already.
    """
    _end(cycle, CycleState.COMPLETED, AuditTag.ENROLLMENTS_CYCLE_COMPLETE)
    cycle_completed.send(cycle)


def fail_cycle(cycle: Cycle) -> None:
    """End a cycle whose attempts are used up. Raises IllegalMove if it has ended already."""
    _end(cycle, CycleState.FAILED, AuditTag.ENROLLMENTS_CYCLE_FAIL)


def withdraw_cycle(actor: Person, cycle: Cycle) -> None:
    """End a cycle whose price was paid back; the course may be bought and begun anew.

    Tells cycle_withdrawn first, in the same transaction: watching takes the learner's clock, and
    clock before cycle is the order of all who need both. Raises IllegalMove if it was completed.
    """
    cycle_withdrawn.send(cycle)
    _end(cycle, CycleState.WITHDRAWN, AuditTag.ENROLLMENTS_CYCLE_WITHDRAW, actor)


def _end(cycle: Cycle, state: CycleState, tag: AuditTag, actor: Person | None = None) -> None:
    # On PostgreSQL two requests may both hold the cycle as active; the second waits here.
    hold(cycle)
    move(cycle, state, CYCLE_MOVES)
    cycle.ended_at = clock.now()
    db.session.flush()
    who = actor.id if actor else None
    record(tag, who, f"cycle:{cycle.id}", organization_id=in_charge_of(cycle))


def start_restudy(actor: Person | None, failed_cycle: Cycle) -> Cycle:
    """Begin the next cycle after a failed one, as `actor` (None: the policy) has decided.

    Rizhao 2024: both attempts failed, one applies for re-study; nothing is paid twice. Nothing is
    carried over.
    Raises Conflict unless it is the person's newest cycle of the course, it failed, and the
    course is open.
    """
    hold(failed_cycle)
    person, course = failed_cycle.person, failed_cycle.course
    check_may_study(person)
    latest = latest_cycle(person, course)
    if failed_cycle.state is not CycleState.FAILED or latest is not failed_cycle:
        raise Conflict(_l("这次学习不能重新开始，请刷新页面查看最新状态。"))
    if not course.is_open:
        raise Conflict(_l("课程已截止或下架，不能重新学习。"))
    return _start(actor, person, course, failed_cycle.number + 1, EntryReason.RESTUDY)
