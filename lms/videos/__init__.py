"""From an uploaded original to encrypted windows."""

from flask import Flask, render_template
from flask_babel import gettext as _

from lms.catalog.models import Course, Lesson
from lms.catalog.operations import add_publish_check
from lms.core.tasks import every
from lms.videos import cli, manage_views, queries, tasks, upload_views, views
from lms.web import slots


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    views.register(app, app.extensions["settings"])
    app.register_blueprint(manage_views.blueprint)
    app.register_blueprint(upload_views.blueprint)
    app.cli.add_command(cli.import_video)
    slots.fill(app, "lesson.meta", lesson_meta, order=20)
    slots.fill(app, "manage.lesson", manage_views.panel, order=20)
    add_publish_check(app, publish_problems)
    every(10, tasks.requeue_packaging)
    every(3600, tasks.clean_up)


def lesson_meta(lesson: Lesson) -> str | None:
    """How long the lesson is, once it can be watched."""
    video = queries.current_video(lesson.id)
    return render_template("videos/_length.html", video=video) if video else None


def publish_problems(course: Course) -> list[str]:
    """A course whose lessons cannot all be watched must not open."""
    return [
        _("课时“%(title)s”还没有可以播放的视频。", title=lesson.title)
        for lesson in queries.lessons_without_video(course)
    ]
