"""Finding questions: the pool to draw from, and what trainers see."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.catalog.models import Course
from lms.core.db import db
from lms.core.errors import NotFound
from lms.questions.kinds import KINDS, Counting
from lms.questions.models import Question, QuestionKind, QuestionUse
from lms.questions.version_models import VersionQuestion

# How many values one statement names; every database takes more.
_PORTION = 500


def pool(
    course_id: int, lesson_id: int | None, use: QuestionUse, version_id: int | None
) -> list[Question]:
    """The questions to draw from for `use`, by id: those of a version, or (None) of the bank.

    Without a lesson: all of the course. With one: its own, or if it has none those of the course
    that belong to no lesson, so that no lesson asks what another one teaches.

    A version goes on asking a question that has a successor, for that is of the next version. One
    that was simply retired, because it is wrong, nobody is asked any more, nor a retired one that
    counts for everybody or for nobody.
    """
    query = _pool_query(course_id, use, version_id)
    if lesson_id is None:
        return list(db.session.scalars(query))
    own = list(db.session.scalars(query.where(Question.lesson_id == lesson_id)))
    return own or list(db.session.scalars(query.where(Question.lesson_id.is_(None))))


def _pool_query(course_id: int, use: QuestionUse, version_id: int | None) -> Select[Question]:
    query = select(Question).where(
        Question.course_id == course_id, Question.use.in_({use, QuestionUse.BOTH})
    )
    if version_id is None:
        query = query.where(Question.is_retired.is_(False))
    else:
        judged = VersionQuestion.question_id == Question.id
        query = query.join(VersionQuestion, judged).where(VersionQuestion.version_id == version_id)
        goes_on = _has_successor() & (Question.counting == Counting.KEY)
        query = query.where(or_(Question.is_retired.is_(False), goes_on))
    return query.order_by(Question.id)


def pool_looks(
    course_id: int, use: QuestionUse, version_id: int
) -> list[tuple[int, QuestionKind, int, int, str]]:
    """Of the questions that `pool` gives without a lesson: id, kind, difficulty, number of options,
    and topic. A bank may hold thousands, and to draw from them nobody reads their texts."""
    query = _pool_query(course_id, use, version_id).with_only_columns(
        Question.id,
        Question.kind,
        Question.difficulty,
        func.json_array_length(Question.options),
        Question.topic,
    )
    return [tuple(row) for row in db.session.execute(query)]


def _has_successor() -> ColumnElement[bool]:
    successor = aliased(Question)
    return exists().where(successor.replaces_id == Question.id)


def count_pool(course_id: int, use: QuestionUse) -> dict[tuple[QuestionKind, int, str], int]:
    """How many questions of the course may be drawn for `use`, by kind, difficulty and topic."""
    look = (Question.kind, Question.difficulty, Question.topic)
    query = select(*look, func.count()).where(
        Question.course_id == course_id,
        Question.is_retired.is_(False),
        Question.use.in_({use, QuestionUse.BOTH}),
    )
    rows = db.session.execute(query.group_by(*look).order_by(*look))
    return {(kind, difficulty, topic): count for kind, difficulty, topic, count in rows}


def topics_of(course: Course, use: QuestionUse) -> list[str]:
    """The topics that questions of the course bear which may be drawn for `use`, in order."""
    return sorted({topic for _kind, _difficulty, topic in count_pool(course.id, use)} - {""})


def get_question(course: Course, question_id: int) -> Question:
    """The question if it is of this course; raises NotFound otherwise."""
    question = db.session.get(Question, question_id)
    if question is None or question.course_id != course.id:
        raise NotFound()
    return question


def questions_of(
    course: Course,
    *,
    kind: QuestionKind | None = None,
    use: QuestionUse | None = None,
    text: str = "",
    is_retired: bool = False,
) -> Select[Question]:
    """The course's questions, narrowed by kind, use, and words in text or topic."""
    query = select(Question).where(
        Question.course_id == course.id, Question.is_retired.is_(is_retired)
    )
    if kind is not None:
        query = query.where(Question.kind == kind)
    if use is not None:
        query = query.where(Question.use == use)
    for word in text.split():
        is_found = Question.text.icontains(word, autoescape=True)
        query = query.where(is_found | Question.topic.icontains(word, autoescape=True))
    return query


def count_by_kind(course: Course) -> dict[QuestionKind, int]:
    """How many questions in use the course has of each kind."""
    query = questions_of(course).with_only_columns(Question.kind, func.count())
    found = {row[0]: row[1] for row in db.session.execute(query.group_by(Question.kind))}
    return {kind: found.get(kind, 0) for kind in KINDS}


def known_texts(course: Course, texts: Sequence[str]) -> set[str]:
    """Those of `texts` that a question in use of the course bears already."""
    found: set[str] = set()
    query = questions_of(course).with_only_columns(Question.text)
    for start in range(0, len(texts), _PORTION):
        portion = texts[start : start + _PORTION]
        found.update(db.session.scalars(query.where(Question.text.in_(portion))))
    return found


def hard_to_carry(course: Course) -> Select[Question]:
    """The questions in use of which some format may leave something out.

    Those of kinds that not all know, and those with formulas or pictures.
    """
    written = (Question.text, Question.explanation, cast(Question.options, String))
    signs = [text.contains(sign) for text in written for sign in ("$", "](picture:")]
    kinds = Question.kind.in_((QuestionKind.FILL_IN, QuestionKind.ORDERING))
    return questions_of(course).where(or_(kinds, *signs)).order_by(Question.id)
