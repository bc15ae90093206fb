"""Lessons that are read: a stretch of an e-textbook, cut into pages that the gate releases."""

from collections.abc import Sequence

from flask import Flask, current_app
from flask_babel import gettext as _

from lms.catalog.differences import add_difference_check
from lms.catalog.models import Course, Lesson
from lms.catalog.operations import add_publish_check
from lms.catalog.version_models import VersionLesson
from lms.core.events import course_copied, course_frozen
from lms.readings import manage_views, queries, retention, versions
from lms.web import slots


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(manage_views.blueprint)
    slots.fill_each(app, "lesson.meta", lesson_metas, order=20)
    slots.fill_each(app, "manage.lesson.state", manage_views.states, order=20)
    slots.fill(app, "manage.lesson", manage_views.panel, order=20)
    add_publish_check(app, publish_problems)
    add_difference_check(app, versions.reading_differences)
    course_frozen.connect(versions.bind_readings)
    course_copied.connect(versions.copy_readings)
    retention.register(app)


def lesson_metas(lessons: Sequence[Lesson | VersionLesson]) -> dict[int, str]:
    """How many pages each of these lessons has and how long they take, by the lesson's id."""
    template = current_app.jinja_env.get_template("readings/_length.html")
    found = versions.readings_shown(lessons)
    return {lesson_id: template.render(reading=reading) for lesson_id, reading in found.items()}


def publish_problems(course: Course) -> list[str]:
    """A lesson that is to be read must have something to read."""
    return [
        _("课时“%(title)s”还没有选定要阅读的教材内容。", title=lesson.title)
        for lesson in queries.lessons_without_reading(course)
    ]
