"""Pop-ups: drawn by the server when they are due, graded by the server, each nonce good once."""

import random
import secrets

from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, TooEarly
from lms.questions.behaviours import behaviour_of
from lms.questions.models import Question, QuestionUse
from lms.questions.queries import pool
from lms.watching import rules
from lms.watching.answering import check_takes_answers
from lms.watching.choosing import choose_question
from lms.watching.models import LessonProgress, Popup, StudyClock
from lms.watching.operations import closes_at_ms, hold_lease
from lms.watching.queries import popups_of
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
    # As it is now: a course may have been closed since the token was made.
    check_takes_answers(closes_at_ms(progress.cycle))
    _check_due(study_clock, gate)
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


def _check_due(study_clock: StudyClock, gate: int) -> None:
    if study_clock.high_water < gate:
        raise Conflict(_l("现在没有要回答的弹题。"))
    early_ms = study_clock.due_ms - rules.POPUP_TOLERANCE_MS - clock.now_ms()
    if early_ms > 0:
        raise TooEarly(retry_after=early_ms / 1000)


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


def _open_gate(study_clock: StudyClock, progress: LessonProgress, gate: int) -> None:
    progress.gates_passed = [*progress.gates_passed, gate]
    progress.wrong_in_a_row = 0
    study_clock.next_gate = progress.next_gate
    db.session.flush()
