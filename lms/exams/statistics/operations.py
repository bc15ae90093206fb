"""Asking for statistics of a course with many papers; they are computed in the background."""

from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Permission
from lms.core.tasks import enqueue_after_commit
from lms.exams.statistics import tasks
from lms.exams.statistics.models import ExamStatistics


def ask_statistics(actor: Person, course: Course, version_number: int) -> ExamStatistics:
    """Have the figures computed anew; asking while they are being computed changes nothing.

    Raises NotAllowed unless `actor` may edit the course.
    """
    require(actor, Permission.CATALOG_COURSE_EDIT, course.base_id)
    key = (course.id, version_number)
    kept = db.session.get(ExamStatistics, key, with_for_update=True)
    if kept is None:
        kept = ExamStatistics(course_id=course.id, version_number=version_number)
        try:
            with db.session.begin_nested():
                db.session.add(kept)
        except IntegrityError:
            # Somebody else asked at the same moment.
            return db.session.get_one(ExamStatistics, key)
    elif kept.is_waiting:
        return kept
    else:
        kept.asked_at = clock.now()
    enqueue_after_commit(tasks.compute_statistics, course.id, version_number)
    return kept
