"""A key that was found to be wrong is mended in its place, for whoever is or was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lms.accounts.models import Person
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Invalid
from lms.questions.behaviours import behaviour_of
from lms.questions.change_models import QuestionChange, QuestionDeed
from lms.questions.kinds import Counting
from lms.questions.models import Question
from lms.questions.snapshots import snapshot


@dataclass(frozen=True)
class Key:
    """How a question is marked: by `answer`, in its own indexes, or not by it at all."""

    counting: Counting
    answer: list[Any]


def key_of(question: Question) -> Key:
    """How the question is marked now."""
    return Key(question.counting, list(question.answer))


def check_key(question: Question, key: Key) -> None:
    """Raise Invalid, naming the field, unless `key` can be the question's."""
    problem = behaviour_of(question.kind).key_problem(question, key.answer)
    if key.counting is Counting.KEY and problem is not None:
        raise Invalid(problem, field="answer")


def mend_key(actor: Person, question: Question, key: Key) -> None:
    """Mark the question by `key` from now on, in pop-ups and on papers, whatever version asks it.

    Text and options stay, so that a past paper still shows what was asked; the history keeps the
    former key. The caller sees to permission and to what was marked before. Raises Invalid.
    """
    check_key(question, key)
    former = snapshot(question)
    db.session.add(
        QuestionChange(
            question_id=question.id, deed=QuestionDeed.MEND, actor_id=actor.id, former=former
        )
    )
    question.counting = key.counting
    question.answer = _kept(key.answer)
    db.session.flush()
    record(
        AuditTag.QUESTIONS_QUESTION_MEND,
        actor.id,
        f"question:{question.id}",
        organization_id=question.course.base_id,
        course_id=question.course_id,
        former={"counting": former["counting"], "answer": former["answer"]},
        counting=key.counting.value,
        answer=question.answer,
    )


def _kept(answer: Sequence[Any]) -> list[Any]:
    return [list(each) if isinstance(each, tuple | list) else each for each in answer]
