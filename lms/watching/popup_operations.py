"""Pop-ups: drawn by the server when they are due, graded by the server, each nonce good once."""

import datetime as dt
import random
import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from lms.accounts.models import Person
from lms.config import Settings
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, TooEarly
from lms.questions.behaviours import behaviour_of
from lms.questions.models import Question, QuestionUse
from lms.questions.queries import pool
from lms.questions.rules import is_right
from lms.watching import rules
from lms.watching.choosing import Outcome, choose_question
from lms.watching.models import LessonProgress, Popup, StudyClock
from lms.watching.operations import closes_at_ms, hold_lease
from lms.watching.queries import open_popup, popups_of
from lms.watching.tokens import WatchTerms

_NONCE_BYTES = 16
_chance = random.SystemRandom()


def ask_popup(actor: Person, terms: WatchTerms) -> Popup | None:
    """The question due now: the same again if it was asked before, None if no gate is shut.

    Raises LeaseLost, Conflict if the windows before the gate are not all released, and TooEarly
    while they are still playing or a wait after a wrong answer runs.
    """
    study_clock, progress = hold_lease(actor, terms)
    gate = study_clock.next_gate
    if gate is None:
        return None
    _check_due(study_clock, progress, gate)
    asked = popups_of(progress.id)
    if asked and asked[-1].answered_at is None:
        return asked[-1]
    if asked:
        _check_wait(asked[-1])
    question = _draw(progress, asked)
    if question is None:
        # Every question was retired since: nobody can be held up by a gate that asks nothing.
        _open_gate(study_clock, progress, gate)
        return None
    return _ask(progress, gate, question)


def _check_due(study_clock: StudyClock, progress: LessonProgress, gate: int) -> None:
    if study_clock.high_water < gate:
        raise Conflict(_l("现在没有要回答的弹题。"))
    _check_open(progress)
    early_ms = study_clock.due_ms - rules.POPUP_TOLERANCE_MS - clock.now_ms()
    if early_ms > 0:
        raise TooEarly(retry_after=early_ms / 1000)


def _check_open(progress: LessonProgress) -> None:
    closes_ms = closes_at_ms(progress.cycle)
    if 0 < closes_ms <= clock.now_ms() - rules.CLOSING_GRACE_MS:
        raise Conflict(_l("课程已经截止，不能继续学习。"))


def _check_wait(last: Popup) -> None:
    if last.wait_until is not None and last.wait_until > clock.now():
        raise TooEarly(retry_after=(last.wait_until - clock.now()).total_seconds())


def _draw(progress: LessonProgress, asked: list[Popup]) -> Question | None:
    cycle = progress.cycle
    questions = pool(cycle.course_id, progress.lesson_id, QuestionUse.POPUP, cycle.version_id)
    return choose_question(questions, [popup.question_id for popup in asked], _chance)


def _ask(progress: LessonProgress, gate: int, question: Question) -> Popup:
    popup = Popup(
        progress_id=progress.id,
        gate=gate,
        question=question,
        option_order=behaviour_of(question.kind).draw_order(len(question.options), _chance),
        nonce=secrets.token_urlsafe(_NONCE_BYTES),
    )
    db.session.add(popup)
    db.session.flush()
    return popup


def answer_popup(
    actor: Person, terms: WatchTerms, nonce: str, chosen: list[Any], settings: Settings
) -> Outcome:
    """Grade the answer (`chosen`: as its kind gives it, options by their place as shown, from 0)
    and open the gate if it is right.

    Wrong: another question after a growing wait; the third wrong one in a row leads back to the
    last gate. Raises LeaseLost, NotFound for a nonce of anybody else's, Conflict for one used
    already, Invalid for an answer that is none.
    """
    study_clock, progress = hold_lease(actor, terms)
    _check_open(progress)
    popup = open_popup(progress.id)
    if popup is None or not secrets.compare_digest(popup.nonce.encode(), nonce.encode()):
        raise _unknown(progress, nonce)
    popup.chosen = _own_answer(popup, chosen)
    popup.is_right = is_right(popup.question.kind, popup.question.answer, popup.chosen)
    _use_up(popup)
    if popup.is_right:
        _open_gate(study_clock, progress, popup.gate)
        return Outcome(is_right=True)
    return _refuse(study_clock, progress, popup, settings)


def _unknown(progress: LessonProgress, nonce: str) -> NotFound | Conflict:
    used = any(popup.nonce == nonce for popup in popups_of(progress.id))
    return Conflict(_l("这道题已经回答过了。")) if used else NotFound()


def _own_answer(popup: Popup, given: list[Any]) -> list[Any]:
    behaviour = behaviour_of(popup.question.kind)
    chosen = behaviour.own_answer(popup.question, popup.option_order, given)
    # What is no answer, or half of one, costs nothing: whoever sent it is asked to mend it.
    if chosen is None or not behaviour.is_complete(popup.question, chosen):
        raise Invalid(_l("请选择答案。"), field="chosen")
    return chosen


def _use_up(popup: Popup) -> None:
    # The clock's lock lets one answer in at a time; the condition holds even without it.
    changed = db.session.execute(
        update(Popup)
        .where(Popup.id == popup.id, Popup.answered_at.is_(None))
        .values(answered_at=clock.now())
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_l("这道题已经回答过了。"))


def _open_gate(study_clock: StudyClock, progress: LessonProgress, gate: int) -> None:
    progress.gates_passed = [*progress.gates_passed, gate]
    progress.wrong_in_a_row = 0
    study_clock.next_gate = progress.next_gate
    db.session.flush()


def _refuse(
    study_clock: StudyClock, progress: LessonProgress, popup: Popup, settings: Settings
) -> Outcome:
    progress.wrong_in_a_row += 1
    if progress.wrong_in_a_row >= rules.WRONG_IN_A_ROW:
        return Outcome(is_right=False, back_to=_fall_back(study_clock, progress))
    wait = rules.wait_seconds(settings.popup_wait_seconds, progress.wrong_in_a_row)
    popup.wait_until = clock.now() + dt.timedelta(seconds=wait)
    db.session.flush()
    return Outcome(is_right=False, wait_seconds=wait)


def _fall_back(study_clock: StudyClock, progress: LessonProgress) -> int:
    """Take back the windows since the last gate; the trail keeps that they were seen."""
    window = progress.fall_back_to
    started_ms = int(progress.started_at.timestamp() * 1000)
    progress.trail += rules.fall_back_mark(window, started_ms, clock.now_ms())
    progress.high_water = study_clock.high_water = window
    progress.wrong_in_a_row = 0
    progress.ends_at_ms = None
    db.session.flush()
    return window
