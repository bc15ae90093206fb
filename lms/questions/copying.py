"""The bank of a course that is copied to another year."""

from typing import Any

from lms.accounts.models import Person
from lms.catalog.files import copy_file
from lms.catalog.models import Course, Lesson
from lms.core.db import db
from lms.questions.behaviours import behaviour_of
from lms.questions.models import Question
from lms.questions.operations import create_questions
from lms.questions.picture_models import QuestionPicture
from lms.questions.pictures import pictures_of
from lms.questions.queries import questions_of
from lms.questions.rules import QuestionFacts


def copy_questions(
    copied: Course, source: Course, lessons: dict[Lesson, Lesson], actor: Person
) -> None:
    """Handler of events.course_copied: the questions in use come along, each with its lesson.

    Their pictures do, too, as files of the copy's own: who may see one depends on its course.
    """
    renamed = _copy_pictures(copied, source, actor)
    questions = db.session.scalars(questions_of(source).order_by(Question.id))
    rows = [
        (_facts(question, renamed), lessons.get(question.lesson) if question.lesson else None)
        for question in questions
    ]
    create_questions(actor, copied, rows)


def _copy_pictures(copied: Course, source: Course, actor: Person) -> dict[str, str]:
    """Copy the pictures; returns the new id of each by its old one."""
    pairs = []
    for picture in db.session.scalars(pictures_of(source).order_by(QuestionPicture.id)):
        copy = QuestionPicture(
            course=copied,
            alt=picture.alt,
            path=copy_file(picture.path),
            size_bytes=picture.size_bytes,
            created_by_id=actor.id,
        )
        db.session.add(copy)
        pairs.append((picture, copy))
    db.session.flush()
    return {old.public_id: new.public_id for old, new in pairs}


def _facts(question: Question, renamed: dict[str, str]) -> QuestionFacts:
    values = {name: getattr(question, name) for name in QuestionFacts.__dataclass_fields__}
    written = behaviour_of(question.kind).as_written(question.options, question.answer)
    values["options"], values["answer"] = written
    for name in ("text", "options", "explanation"):
        values[name] = _with_new_pictures(values[name], renamed)
    return QuestionFacts(**values)


def _with_new_pictures(value: Any, renamed: dict[str, str]) -> Any:
    """A text, or texts in tuples and lists, with each picture named anew."""
    if isinstance(value, str):
        for old, new in renamed.items():
            value = value.replace(f"(picture:{old})", f"(picture:{new})")
        return value
    if isinstance(value, list | tuple):
        return type(value)(_with_new_pictures(each, renamed) for each in value)
    return value
