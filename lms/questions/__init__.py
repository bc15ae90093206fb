"""One bank of questions for pop-ups and exams."""

from flask import Flask, render_template

from lms.catalog.differences import add_difference_check
from lms.catalog.models import Course
from lms.core.events import course_copied, course_frozen
from lms.questions import (
    copying,
    export_views,
    history_views,
    import_views,
    manage_views,
    picture_views,
    queries,
    shown,
    versions,
)
from lms.questions.picture_files import PICTURES
from lms.questions.pictures import kept_pictures
from lms.upkeep.references import add_source
from lms.web import slots

# Their routes join the blueprint of manage_views when they are imported.
__all__ = ["export_views", "history_views", "import_views", "register"]


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(manage_views.blueprint)
    app.register_blueprint(picture_views.blueprint)
    shown.register(app)
    add_source(app, PICTURES, kept_pictures)
    add_difference_check(app, versions.question_differences)
    course_copied.connect(copying.copy_questions)
    course_frozen.connect(versions.freeze_questions)
    slots.fill(app, "manage.tab", _tab, order=20)
    slots.fill(app, "manage.course", _course_card, order=20)


def _tab(course: Course) -> str:
    return render_template("questions/manage/_tab.html", course=course)


def _course_card(course: Course) -> str:
    counts = queries.count_by_kind(course)
    return render_template("questions/manage/_course_card.html", course=course, counts=counts)
