"""What pop-ups tell of a question: where it was asked, and what was answered."""

import json

from flask_babel import gettext as _
from sqlalchemy import String, cast, func, select

from lms.catalog.version_models import CourseVersion
from lms.core.db import db
from lms.enrollments.models import Cycle
from lms.questions.models import Question
from lms.questions.usage import Given, Usage, VersionUse
from lms.watching.models import LessonProgress, Popup


def popup_usage(question: Question) -> Usage:
    """The question as a pop-up; one that is asked and not yet answered counts as asked."""
    return Usage(_("弹题"), _versions(question.id), _given(question.id))


def _versions(question_id: int) -> list[VersionUse]:
    learners = func.count(Cycle.person_id.distinct())
    query = (
        select(CourseVersion.number, func.count(Popup.id), learners)
        .select_from(Popup)
        .join(LessonProgress, Popup.progress_id == LessonProgress.id)
        .join(Cycle, LessonProgress.cycle_id == Cycle.id)
        .join(CourseVersion, Cycle.version_id == CourseVersion.id)
        .where(Popup.question_id == question_id)
        .group_by(CourseVersion.number)
        .order_by(CourseVersion.number)
    )
    return [VersionUse(*row) for row in db.session.execute(query)]


def _given(question_id: int) -> list[Given]:
    chosen = cast(Popup.chosen, String)
    query = (
        select(chosen, func.count())
        .where(Popup.question_id == question_id, Popup.answered_at.is_not(None))
        .group_by(chosen)
    )
    return [Given(json.loads(text) or [], count) for text, count in db.session.execute(query)]
