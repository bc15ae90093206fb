"""Sitting an exam: open a paper, save answers, submit, and what follows from the result."""

import datetime as dt
from random import SystemRandom
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db, hold
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.events import attempt_submitted
from lms.core.states import move
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import complete_cycle, fail_cycle
from lms.enrollments.queries import in_charge_of
from lms.exams import drawing, marking, queries, rules
from lms.exams.models import Attempt, AttemptState, PaperItem, VersionExam
from lms.exams.shown import points as points_text
from lms.exams.states import ATTEMPT
from lms.questions.behaviours import behaviour_of
from lms.questions.models import QuestionUse
from lms.questions.queries import pool_looks
from lms.watching.queries import is_course_watched

_random = SystemRandom()


def open_attempt(actor: Person, cycle: Cycle) -> Attempt:
    """Draw a paper and book the attempt, or return the one that is running.

    Raises Conflict, with the reason in words, when lessons are unwatched, no attempt is left, the
    course is closed or its question bank does not fill the blueprint.
    """
    # Held until the commit and read anew: two clicks queue up here, and so does a refund.
    hold(cycle)
    running = queries.running_attempt(cycle.id)
    if running is not None:
        # Also one that is overdue: its page hands it in and shows what came of it. Done here, it
        # would be undone if there is then nothing more to open.
        return running
    settings = _check_may_open(cycle)
    attempt = _new_attempt(cycle, settings, len(queries.attempts_of(cycle.id)) + 1)
    try:
        with db.session.begin_nested():
            db.session.add(attempt)
    except IntegrityError:
        won = queries.running_attempt(cycle.id)
        if won is None:
            raise Conflict() from None
        return won
    record(
        AuditTag.EXAMS_ATTEMPT_START,
        actor.id,
        f"attempt:{attempt.id}",
        organization_id=in_charge_of(cycle),
        minutes=round((attempt.deadline_at - attempt.opened_at).total_seconds() / 60),
    )
    return attempt


def _check_may_open(cycle: Cycle) -> VersionExam:
    settings = queries.version_exam(cycle.version_id)
    if not cycle.version.requires_exam or settings is None:
        raise Conflict(_l("本课程没有考试。"))
    if cycle.state is not CycleState.ACTIVE:
        raise Conflict(_l("本次学习已经结束，不能再参加考试。"))
    if not cycle.course.is_open:
        raise Conflict(_l("课程已关闭，不能再参加考试。"))
    if not is_course_watched(cycle):
        raise Conflict(_l("请先学完全部课时，再参加考试。"))
    if not queries.attempts_left_of(cycle):
        raise Conflict(_l("两次考试机会已经用完。"))
    return settings


def _new_attempt(cycle: Cycle, settings: VersionExam, number: int) -> Attempt:
    now = clock.now()
    paper = _draw(cycle, settings)
    minutes = queries.minutes_for(cycle.person_id, settings)
    return Attempt(
        cycle_id=cycle.id,
        number=number,
        opened_at=now,
        deadline_at=now + dt.timedelta(minutes=minutes),
        pass_percent=settings.pass_percent,
        partial_credit=settings.partial_credit,
        total_points=sum(item.points for item in paper),
        items=[
            PaperItem(
                position=position,
                section=item.section,
                question_id=item.question_id,
                option_order=item.option_order,
                points=item.points,
            )
            for position, item in enumerate(paper, start=1)
        ],
    )


def _draw(cycle: Cycle, settings: VersionExam) -> list[drawing.DrawnItem]:
    bank = [
        drawing.Candidate(number, kind.value, difficulty, option_count, topic)
        for number, kind, difficulty, option_count, topic in pool_looks(
            cycle.course_id, QuestionUse.EXAM, cycle.version_id
        )
    ]
    seen = queries.seen_question_ids(cycle.person_id, cycle.course_id)
    parts = rules.parts_of(settings.parts)
    shuffling = drawing.Shuffling(settings.shuffles_questions, settings.shuffles_options)
    try:
        return drawing.draw_paper(parts, bank, seen, _random, shuffling)
    except drawing.NotEnoughQuestions as error:
        raise Conflict(_l("题库题目不足，暂时无法组卷，请联系继续教育基地。")) from error


def _is_over(attempt: Attempt) -> bool:
    return clock.now() > attempt.deadline_at + dt.timedelta(seconds=rules.GRACE_SECONDS)


def save_answer(attempt: Attempt, position: int, shown: list[Any], serial: int) -> PaperItem | None:
    """Save the answer to one question, as its kind gives it on the page with the options shown.

    `serial` grows with every change the learner makes; an older one arriving late changes nothing.
    Returns None if the answer now stands, or the item with the one that stands in its place: of
    another tab or device, which gave it under as great a serial or a greater one.
    Raises NotFound, Invalid, or Conflict once the attempt is over or submitted.
    """
    item = _find_item(attempt, position)
    question = item.question
    chosen = behaviour_of(question.kind).own_answer(question, item.option_order, shown)
    if chosen is None:
        raise Invalid(_l("没有这个选项。"))
    # Marking takes the attempt for itself; whoever saves holds it against that until the commit.
    held = select(Attempt.state).where(Attempt.id == attempt.id).with_for_update(read=True)
    if db.session.scalar(held) is not AttemptState.RUNNING or _is_over(attempt):
        raise Conflict(_l("考试已经结束，答案不再保存。"))
    saved = db.session.execute(
        update(PaperItem)
        .where(PaperItem.id == item.id, PaperItem.answer_serial < serial)
        .values(chosen=chosen, answer_serial=serial, answered_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.session.expire(item, ["chosen", "answer_serial", "answered_at"])
    if saved.rowcount:  # type: ignore[attr-defined]
        return None
    # Sent again because the reply was lost: it does stand.
    stands = item.answer_serial == serial and item.chosen == chosen
    return None if stands else item


def _find_item(attempt: Attempt, position: int) -> PaperItem:
    query = select(PaperItem).options(joinedload(PaperItem.question))
    query = query.where(PaperItem.attempt_id == attempt.id, PaperItem.position == position)
    item = db.session.scalar(query)
    if item is None:
        raise NotFound()
    return item


def submit_attempt(attempt: Attempt, *, was_overdue: bool = False) -> Attempt:
    """Mark the paper and draw the consequence, once; a second submission changes nothing.

    Passed: the cycle is completed, and with it certificate and hours. Failed for the last time:
    the cycle fails, and the learner may apply for re-study.
    """
    # Cycle before attempt, as everywhere: locks taken in one order never wait in a circle. The
    # name keeps the cycle in the session, which would else read it again after the attempt.
    cycle = attempt.cycle
    hold(cycle)
    locked = db.session.scalar(
        select(Attempt)
        .where(Attempt.id == attempt.id)
        .with_for_update()
        .options(
            selectinload(Attempt.items).joinedload(PaperItem.question).load_only(*marking.MARKED_BY)
        )
        .execution_options(populate_existing=True)
    )
    if locked is None or locked.state is not AttemptState.RUNNING:
        return attempt
    attempt = locked
    points = marking.mark(attempt)
    passed = rules.is_pass(points, attempt.total_points, attempt.pass_percent)
    move(attempt, AttemptState.PASSED if passed else AttemptState.FAILED, ATTEMPT)
    attempt.submitted_at = clock.now()
    attempt.was_overdue = was_overdue
    db.session.flush()
    _audit_submission(attempt, cycle)
    _settle_cycle(attempt, cycle)
    attempt_submitted.send(attempt)
    return attempt


def _audit_submission(attempt: Attempt, cycle: Cycle) -> None:
    actor_id = None if attempt.was_overdue else cycle.person_id
    record(
        AuditTag.EXAMS_ATTEMPT_SUBMIT,
        actor_id,
        f"attempt:{attempt.id}",
        organization_id=in_charge_of(cycle),
        points=points_text(attempt.points or 0),
        state=attempt.state.value,
    )


def _settle_cycle(attempt: Attempt, cycle: Cycle) -> None:
    if cycle.state is not CycleState.ACTIVE:
        # Withdrawn by a refund while the paper was open: the marks stand and lead to nothing.
        return
    if attempt.state is AttemptState.PASSED:
        complete_cycle(cycle)
    elif not queries.attempts_left_of(cycle):
        fail_cycle(cycle)
