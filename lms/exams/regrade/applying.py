"""Carrying a regrade out: portions of cycles, each whole or not at all, and each person whole.

A portion is one transaction that also moves the regrade's mark on. Whoever takes the next one holds
the regrade's row: two workers take turns, and none does what another did. Judging is absolute
(what the paper is worth by the key that holds now), so that doing it twice changes nothing.
"""

from collections import Counter

from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db, hold, transaction
from lms.core.events import exam_regraded
from lms.core.states import move
from lms.enrollments import regrading
from lms.enrollments.models import Cycle, CycleState
from lms.exams.models import Attempt, AttemptState, PaperItem
from lms.exams.regrade.loading import Learner, cycles_asked, learners_asked
from lms.exams.regrade.models import Regrade, RegradedAttempt, RegradedCycle, RegradeState
from lms.exams.regrade.restudy import close_applications
from lms.exams.regrade.rules import CycleMove, Plan, Remark, plan
from lms.exams.regrade.states import REGRADE
from lms.exams.regrade.tally import tally
from lms.exams.states import REGRADED_ATTEMPT
from lms.questions.mending import Key
from lms.questions.models import Question
from lms.watching.operations import lock_clock

PORTION = 50


def apply_portion(regrade_id: int, size: int = PORTION) -> bool:
    """Carry the next portion of cycles out, in a transaction; False once nothing is left."""
    with transaction():
        regrade = db.session.get_one(Regrade, regrade_id)
        hold(regrade)
        if regrade.state is not RegradeState.RUNNING:
            return False
        ids = _next_cycles(regrade, size)
        if ids:
            counts = Counter(regrade.counts)
            for learner in _people_of(regrade.question, ids):
                counts.update(_apply(regrade, learner, set(ids)))
            regrade.counts = dict(counts)
            regrade.last_cycle_id = ids[-1]
            regrade.cycle_done += len(ids)
        else:
            move(regrade, RegradeState.APPLIED, REGRADE)
            regrade.applied_at = clock.now()
        regrade.moved_at = clock.now()
        return bool(ids)


def _next_cycles(regrade: Regrade, size: int) -> list[int]:
    query = cycles_asked(regrade.question_id).where(Attempt.cycle_id > regrade.last_cycle_id)
    return list(db.session.scalars(query.distinct().order_by(Attempt.cycle_id).limit(size)))


def _people_of(question: Question, cycle_ids: list[int]) -> list[Learner]:
    ids = db.session.scalars(select(Cycle.person_id).where(Cycle.id.in_(cycle_ids)).distinct())
    return list(learners_asked(question, ids.all()))


def _apply(regrade: Regrade, learner: Learner, cycle_ids: set[int]) -> Counter[str]:
    """Do what marking by the new key does to one person; returns what was done.

    Most people are left as they are, and are not even locked. Whoever has a paper open may be
    handing it in by the old key at this moment: they are waited for, and looked at again.
    """
    question, key = regrade.question, regrade.key
    wanted = _plan(question, key, learner)
    if wanted.remarks or _is_sitting(learner):
        _lock(learner)
        learner = next(learners_asked(question, [learner.person_id]), learner)
        wanted = _plan(question, key, learner)
        _carry_out(regrade, learner, wanted)
    return tally(learner, wanted, cycle_ids)


def _plan(question: Question, key: Key, learner: Learner) -> Plan:
    return plan(learner.studies, question.kind, key, is_open=question.course.is_open)


def _is_sitting(learner: Learner) -> bool:
    sittings = (sitting for study in learner.studies for sitting in study.sittings)
    return any(sitting.state is AttemptState.RUNNING for sitting in sittings)


def _lock(learner: Learner) -> None:
    """The clock, then the cycles, then the attempts: the order of all who need several."""
    lock_clock(learner.person_id)
    ids = sorted(study.cycle_id for study in learner.studies)
    for cycle_id in ids:
        hold(db.session.get_one(Cycle, cycle_id))
    query = select(Attempt.id).where(Attempt.cycle_id.in_(ids)).order_by(Attempt.id)
    db.session.execute(query.with_for_update()).all()


def _carry_out(regrade: Regrade, learner: Learner, wanted: Plan) -> None:
    attempts = [_remark(regrade, each) for each in wanted.remarks]
    cycles = [_settle(regrade, each) for each in wanted.moves]
    db.session.flush()
    if attempts:
        exam_regraded.send(
            regrade,
            person=db.session.get_one(Person, learner.person_id),
            attempts=attempts,
            cycles=cycles,
        )


def _remark(regrade: Regrade, wanted: Remark) -> RegradedAttempt:
    sitting = wanted.sitting
    assert sitting.answered is not None
    db.session.execute(
        update(PaperItem)
        .where(PaperItem.id == sitting.answered.item_id)
        .values(awarded=wanted.awarded)
        .execution_options(synchronize_session=False)
    )
    attempt = db.session.get_one(Attempt, sitting.attempt_id, populate_existing=True)
    attempt.points, attempt.total_points = wanted.points, wanted.total
    if wanted.state is not sitting.state:
        move(attempt, wanted.state, REGRADED_ATTEMPT)
    change = RegradedAttempt(
        regrade_id=regrade.id,
        attempt_id=attempt.id,
        points_before=sitting.points,
        points_after=wanted.points,
        total_before=sitting.total,
        total_after=wanted.total,
        state_before=sitting.state,
        state_after=wanted.state,
    )
    db.session.add(change)
    return change


def _settle(regrade: Regrade, wanted: CycleMove) -> RegradedCycle:
    cycle, actor = db.session.get_one(Cycle, wanted.cycle_id), regrade.actor
    if wanted.after is CycleState.COMPLETED:
        regrading.complete_after_all(actor, cycle)
        close_applications(actor, cycle)
    elif wanted.after is CycleState.WITHDRAWN:
        regrading.set_aside(actor, cycle)
    elif wanted.before is CycleState.WITHDRAWN:
        regrading.bring_back(actor, cycle)
    else:
        regrading.take_completion_back(actor, cycle, wanted.after, regrade.reason)
    change = RegradedCycle(
        regrade_id=regrade.id,
        cycle_id=cycle.id,
        state_before=wanted.before,
        state_after=wanted.after,
    )
    db.session.add(change)
    db.session.flush()
    return change
