"""Statistics for teachers: how the questions of a course measure, and what a human may look at."""

from flask import Flask, render_template

from lms.catalog.models import Course
from lms.core.tasks import every
from lms.exams.statistics import tasks, views
from lms.web import slots

SWEEP_SECONDS = 60


def register(app: Flask) -> None:
    """Add what this part of exams brings to the application."""
    app.register_blueprint(views.blueprint)
    slots.fill(app, "manage.tab", _tab, order=30)
    every(SWEEP_SECONDS, tasks.compute_waiting)


def _tab(course: Course) -> str | None:
    if not course.requires_exam:
        return None
    return render_template("exams/statistics/_tab.html", course=course)
