"""The questions of versions: what was judged is what learners are asked."""

from flask_babel import ngettext
from sqlalchemy import Select, exists, func, insert, literal, select

from lms.catalog.models import Course
from lms.catalog.version_models import CourseVersion
from lms.core.db import db
from lms.questions.models import Question
from lms.questions.version_models import VersionQuestion


def freeze_questions(version: CourseVersion) -> None:
    """Handler of events.course_frozen: the version asks what is in use of the bank now."""
    in_use = select(literal(version.id), Question.id).where(
        Question.course_id == version.course_id, Question.is_retired.is_(False)
    )
    columns = [VersionQuestion.version_id, VersionQuestion.question_id]
    db.session.execute(insert(VersionQuestion).from_select(columns, in_use))


def is_judged(question: Question) -> bool:
    """Whether a version holds the question, so that its words must stay."""
    held = exists().where(VersionQuestion.question_id == question.id)
    return bool(db.session.scalar(select(held)))


def question_differences(old: Course | CourseVersion, new: Course | CourseVersion) -> list[str]:
    """How many questions `new` has that `old` has not, and the other way round."""
    added, gone = _count_apart(new, old), _count_apart(old, new)
    lines = []
    if added:
        lines.append(ngettext("新增或修改题目 %(num)d 道", "新增或修改题目 %(num)d 道", added))
    if gone:
        lines.append(ngettext("停用或被替换题目 %(num)d 道", "停用或被替换题目 %(num)d 道", gone))
    return lines


def _count_apart(one: Course | CourseVersion, other: Course | CourseVersion) -> int:
    """How many questions `one` has and `other` has not."""
    apart = _ids_of(one).except_(_ids_of(other)).subquery()
    return db.session.scalar(select(func.count()).select_from(apart)) or 0


def _ids_of(side: Course | CourseVersion) -> Select[int]:
    if isinstance(side, CourseVersion):
        return select(VersionQuestion.question_id).where(VersionQuestion.version_id == side.id)
    return select(Question.id).where(Question.course_id == side.id, Question.is_retired.is_(False))
