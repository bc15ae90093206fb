"""Pop-ups of a preview: drawn from the same pool and graded alike, remembered by the page alone."""

import random
import secrets
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.catalog.models import Course
from lms.config import Settings
from lms.core.errors import Conflict, Invalid, NotFound
from lms.questions.behaviours import behaviour_of
from lms.questions.models import Question, QuestionUse
from lms.questions.queries import get_question, pool
from lms.questions.rules import is_accepted
from lms.watching import rules
from lms.watching.choosing import Outcome, choose_question
from lms.watching.preview.previewed import Previewed
from lms.watching.preview.state import Open, PreviewState

_NONCE_BYTES = 16
_chance = random.SystemRandom()


@dataclass(frozen=True)
class Asked:
    """A question on its way to the page, and the state that remembers it."""

    question: Question | None
    state: PreviewState


def ask_preview(state: PreviewState, shown: Previewed, lesson_id: int, gate: int) -> Asked:
    """A question for the gate; the same again while it is open, None if every one was retired.

    Raises Conflict if no pop-up stands there.
    """
    if gate not in state.gates:
        raise Conflict(_l("现在没有要回答的弹题。"))
    if state.open is not None and state.open.gate == gate:
        return Asked(get_question(shown.course, state.open.question_id), state)
    questions = pool(shown.course.id, lesson_id, QuestionUse.POPUP, shown.version_id)
    question = choose_question(questions, state.asked, _chance)
    if question is None:
        return Asked(None, state)
    order = behaviour_of(question.kind).draw_order(len(question.options), _chance)
    nonce = secrets.token_urlsafe(_NONCE_BYTES)
    return Asked(question, state.asking(Open(nonce, gate, question.id, list(order))))


def answer_preview(
    state: PreviewState, course: Course, nonce: str, chosen: list[Any], settings: Settings
) -> tuple[Outcome, PreviewState]:
    """Grade the answer as a learner's: wrong ones wait, and the third in a row leads back.

    Raises NotFound for a nonce that is not the open question's, Invalid for an answer that is none.
    """
    asked = state.open
    if asked is None or not secrets.compare_digest(asked.nonce.encode(), nonce.encode()):
        raise NotFound()
    question = get_question(course, asked.question_id)
    if _is_answer_right(question, asked.order, chosen):
        return Outcome(is_right=True), state.answered(is_right=True)
    after = state.answered(is_right=False)
    if after.wrong_in_a_row >= rules.WRONG_IN_A_ROW:
        before = [gate for gate in state.gates if gate < asked.gate]
        # Begun anew from the gate before, as a learner is who has been led back.
        back_to = max(before, default=0)
        return Outcome(is_right=False, back_to=back_to), after.answered(is_right=True)
    wait = rules.wait_seconds(settings.popup_wait_seconds, after.wrong_in_a_row)
    return Outcome(is_right=False, wait_seconds=wait), after


def _is_answer_right(question: Question, order: list[int], given: list[Any]) -> bool:
    behaviour = behaviour_of(question.kind)
    chosen = behaviour.own_answer(question, order, given)
    if chosen is None or not behaviour.is_complete(question, chosen):
        raise Invalid(_l("请选择答案。"), field="chosen")
    return is_accepted(question, chosen)
