"""What exams tell of a question: on which papers it stood, and what was answered."""

import json

from flask_babel import gettext as _
from sqlalchemy import String, cast, func, select

from lms.catalog.version_models import CourseVersion
from lms.core.db import db
from lms.enrollments.models import Cycle
from lms.exams.models import Attempt, AttemptState, PaperItem
from lms.questions.models import Question
from lms.questions.usage import Given, Usage, VersionUse


def exam_usage(question: Question) -> Usage:
    """The question on papers that were handed in; those still open tell nothing yet."""
    return Usage(_("考试"), _versions(question.id), _given(question.id))


def _versions(question_id: int) -> list[VersionUse]:
    learners = func.count(Cycle.person_id.distinct())
    query = (
        select(CourseVersion.number, func.count(PaperItem.id), learners)
        .select_from(PaperItem)
        .join(Attempt, PaperItem.attempt_id == Attempt.id)
        .join(Cycle, Attempt.cycle_id == Cycle.id)
        .join(CourseVersion, Cycle.version_id == CourseVersion.id)
        .where(PaperItem.question_id == question_id, Attempt.state != AttemptState.RUNNING)
        .group_by(CourseVersion.number)
        .order_by(CourseVersion.number)
    )
    return [VersionUse(*row) for row in db.session.execute(query)]


def _given(question_id: int) -> list[Given]:
    chosen = cast(PaperItem.chosen, String)
    query = (
        select(chosen, func.count())
        .join(Attempt, PaperItem.attempt_id == Attempt.id)
        .where(PaperItem.question_id == question_id, Attempt.state != AttemptState.RUNNING)
        .group_by(chosen)
    )
    return [Given(json.loads(text) or [], count) for text, count in db.session.execute(query)]
