"""Papers, attempts, results and re-study."""

from flask import Flask, render_template
from flask_babel import lazy_gettext as _l

from lms.catalog.differences import add_difference_check
from lms.catalog.models import Course
from lms.catalog.operations import add_publish_check
from lms.catalog.version_models import CourseVersion
from lms.core.events import course_copied, course_frozen
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.enrollments.models import Cycle
from lms.exams import (
    allowances,
    explaining,
    histories,
    manage_views,
    queries,
    regrade,
    saving,
    shown,
    statistics,
    tasks,
    views,
)
from lms.exams.question_usage import exam_usage
from lms.exams.settings_operations import (
    copy_exam,
    exam_differences,
    exam_problems,
    freeze_exam,
)
from lms.questions.usage import add_usage_source
from lms.web import navigation, slots


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
    regrade.register(app)
    statistics.register(app)
    shown.register(app)
    saving.register(app)
    allowances.register(app)
    add_publish_check(app, exam_problems)
    add_usage_source(app, exam_usage)
    add_difference_check(app, exam_differences)
    course_copied.connect(copy_exam)
    course_frozen.connect(freeze_exam)
    slots.fill(app, "cycle.next", _cycle_card, order=20)
    slots.fill(app, "credit.trace", explaining.attempts_part, order=30)
    slots.fill(app, "cycle.next", _history_card, order=40)
    slots.fill(app, "manage.course", _course_card, order=30)
    slots.fill(app, "preview.next", _preview_card, order=20)
    navigation.add(app, _restudy_entry())
    every(15, tasks.submit_overdue_attempts)


def _restudy_entry() -> navigation.Entry:
    return navigation.Entry(
        "manage_exams.restudy_list",
        _l("重新学习申请"),
        "refresh",
        order=40,
        section="manage",
        permission=Permission.EXAMS_RESTUDY_DECIDE,
    )


def _cycle_card(cycle: Cycle) -> str | None:
    if not cycle.version.requires_exam:
        return None
    return render_template("exams/_cycle_card.html", **views.exam_facts(cycle))


def _history_card(cycle: Cycle) -> str | None:
    studies = histories.studies_beside(cycle)
    if len(studies) < 2:
        return None
    return render_template("exams/_history_card.html", studies=studies, cycle=cycle)


def _preview_card(course: Course, shown: Course | CourseVersion) -> str | None:
    if not shown.requires_exam:
        return None
    return render_template("exams/_preview_card.html", settings=queries.exam_of(shown))


def _course_card(course: Course) -> str | None:
    if not course.requires_exam:
        return None
    settings = queries.exam_settings(course.id)
    return render_template("exams/manage/_course_card.html", course=course, settings=settings)
