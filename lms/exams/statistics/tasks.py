"""Background work: computing statistics, and finding those whose task was lost."""

import datetime as dt
import logging

from sqlalchemy import or_, select

from lms.catalog.models import Course
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.tasks import task
from lms.exams.statistics.figures import compute
from lms.exams.statistics.models import ExamStatistics

log = logging.getLogger(__name__)
LOST_AFTER = dt.timedelta(minutes=5)


@task
def compute_statistics(course_id: int, version_number: int) -> None:
    """Compute the figures that were asked for; does nothing if nobody waits for them."""
    key = (course_id, version_number)
    kept = db.session.get(ExamStatistics, key)
    if kept is None or not kept.is_waiting:
        return
    begun_at = clock.now()
    figures = compute(db.session.get_one(Course, course_id), version_number)
    with transaction():
        kept = db.session.get_one(ExamStatistics, key, with_for_update=True)
        # Whoever asks while it is being computed asks once more.
        kept.figures, kept.computed_at = figures, begun_at


@task
def compute_waiting() -> None:
    """The sweep: compute what was asked for some time ago and has not come."""
    late = select(ExamStatistics.course_id, ExamStatistics.version_number).where(
        or_(
            ExamStatistics.computed_at.is_(None),
            ExamStatistics.computed_at < ExamStatistics.asked_at,
        ),
        ExamStatistics.asked_at < clock.now() - LOST_AFTER,
    )
    found = db.session.execute(late).all()
    db.session.rollback()
    for course_id, version_number in found:
        try:
            compute_statistics.run(course_id, version_number)
        except Exception:
            log.exception("statistics of course %s could not be computed", course_id)
