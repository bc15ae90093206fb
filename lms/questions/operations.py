"""Writing, revising and retiring questions."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Course, Lesson
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Permission
from lms.questions.behaviours import behaviour_of
from lms.questions.change_models import QuestionChange, QuestionDeed
from lms.questions.models import Question
from lms.questions.pictures import picture_problem
from lms.questions.rules import QuestionFacts, problems
from lms.questions.snapshots import snapshot
from lms.questions.versions import is_judged


def create_question(
    actor: Person, course: Course, facts: QuestionFacts, lesson: Lesson | None = None
) -> Question:
    """Add a question to the course's bank, of one lesson or (None) of the whole course.

    Raises NotAllowed, or Invalid naming the first field that is wrong.
    """
    require(actor, Permission.QUESTIONS_QUESTION_EDIT, course.base_id)
    question = _insert(actor, course, facts, lesson, None)
    _note(AuditTag.QUESTIONS_QUESTION_CREATE, actor, question)
    return question


def create_questions(
    actor: Person, course: Course, rows: Sequence[tuple[QuestionFacts, Lesson | None]]
) -> list[Question]:
    """Add many questions: all of them, or none and the error of the first that is wrong."""
    return [create_question(actor, course, facts, lesson) for facts, lesson in rows]


def revise_question(
    actor: Person, question: Question, facts: QuestionFacts, lesson: Lesson | None = None
) -> Question:
    """Change a question; returns the one that is in use from now on.

    A question that a version holds was judged and may have been asked: it is then retired
    unchanged, and a successor takes its place in the next version, so that nobody is asked what
    nobody judged and past papers show what was really asked.
    What changes nothing leaves everything as it is. Raises NotAllowed, Invalid naming the field, or
    Conflict for a retired question.
    """
    require(actor, Permission.QUESTIONS_QUESTION_EDIT, question.course.base_id)
    db.session.refresh(question, with_for_update=True)
    if question.is_retired:
        raise Conflict(_l("这道题已停用，不能再修改。"))
    if _is_same(question, facts, lesson):
        return question
    if not is_judged(question):
        _change(QuestionDeed.REVISE, actor, question, snapshot(question))
        _write(question, facts, lesson)
        successor = question
    else:
        successor = _insert(actor, question.course, facts, lesson, question)
        question.is_retired = True
    db.session.flush()
    _note(AuditTag.QUESTIONS_QUESTION_UPDATE, actor, successor)
    return successor


def _is_same(question: Question, facts: QuestionFacts, lesson: Lesson | None) -> bool:
    options, answer = behaviour_of(facts.kind).kept(facts)
    wanted = {**vars(facts), "options": options, "answer": answer}
    is_lesson_same = question.lesson_id == (lesson.id if lesson is not None else None)
    return is_lesson_same and all(getattr(question, n) == value for n, value in wanted.items())


def retire_question(actor: Person, question: Question) -> None:
    """Take a question out of use; papers that hold it keep it. Raises NotAllowed."""
    require(actor, Permission.QUESTIONS_QUESTION_EDIT, question.course.base_id)
    if question.is_retired:
        return
    question.is_retired = True
    _change(QuestionDeed.RETIRE, actor, question, {})
    _note(AuditTag.QUESTIONS_QUESTION_RETIRE, actor, question)


def _insert(
    actor: Person,
    course: Course,
    facts: QuestionFacts,
    lesson: Lesson | None,
    former: Question | None,
) -> Question:
    question = Question(course=course, created_by_id=actor.id)
    question.replaces_id = former.id if former is not None else None
    _write(question, facts, lesson)
    db.session.add(question)
    db.session.flush()
    return question


def _write(question: Question, facts: QuestionFacts, lesson: Lesson | None) -> None:
    wrong = problems(facts)
    if wrong:
        field, message = next(iter(wrong.items()))
        raise Invalid(message, field=field)
    if lesson is not None and lesson.course_id != question.course.id:
        raise Invalid(_l("课时不属于本课程。"), field="lesson")
    spoilt = picture_problem(question.course, facts)
    if spoilt is not None:
        raise Invalid(_l("文字中的图片不在本课程的题库里，请先上传。"), field=spoilt)
    for name, value in vars(facts).items():
        setattr(question, name, value)
    question.options, question.answer = behaviour_of(facts.kind).kept(facts)
    question.lesson = lesson


def _change(deed: QuestionDeed, actor: Person, question: Question, former: dict[str, Any]) -> None:
    db.session.add(
        QuestionChange(question_id=question.id, deed=deed, actor_id=actor.id, former=former)
    )


def _note(tag: AuditTag, actor: Person, question: Question) -> None:
    record(
        tag,
        actor.id,
        f"question:{question.id}",
        organization_id=question.course.base_id,
        course_id=question.course_id,
    )
