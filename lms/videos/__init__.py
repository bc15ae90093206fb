"""From an uploaded original to encrypted windows."""

from collections.abc import Sequence

from flask import Flask, current_app, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.catalog.differences import add_difference_check
from lms.catalog.models import Course, Lesson
from lms.catalog.operations import add_publish_check, add_room_check
from lms.catalog.rules import suggested_hours
from lms.catalog.version_models import VersionLesson
from lms.core.events import course_copied, course_frozen
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.readings import queries as readings
from lms.videos import (
    cli,
    manage_views,
    moving,
    queries,
    quota_views,
    quotas,
    retention,
    sharing,
    tasks,
    upload_views,
    versions,
    views,
)
from lms.web import navigation, slots


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    views.register(app, app.extensions["settings"])
    app.register_blueprint(manage_views.blueprint)
    app.register_blueprint(upload_views.blueprint)
    app.register_blueprint(quota_views.blueprint)
    app.cli.add_command(cli.import_video)
    app.cli.add_command(moving.media_copy)
    slots.fill_each(app, "lesson.meta", lesson_metas, order=20)
    slots.fill_each(app, "manage.lesson.state", manage_views.states, order=20)
    slots.fill(app, "manage.lessons", manage_views.uploading, order=20)
    slots.fill(app, "manage.lesson", manage_views.panel, order=20)
    slots.fill(app, "manage.hours", hours_hint, order=20)
    add_publish_check(app, publish_problems)
    add_room_check(app, quotas.check_room)
    add_difference_check(app, versions.video_differences)
    retention.register(app)
    course_copied.connect(sharing.copy_videos)
    course_frozen.connect(versions.bind_videos)
    every(10, tasks.requeue_packaging)
    every(3600, tasks.clean_up)
    every(3600, quotas.count_packages)
    slots.fill(app, "manage.courses", quota_views.bars, order=20)
    navigation.add(app, _quota_entry())


def _quota_entry() -> navigation.Entry:
    return navigation.Entry(
        "quotas.index",
        _l("存储空间"),
        "database",
        order=45,
        section="manage",
        permission=Permission.VIDEOS_QUOTA_EDIT,
    )


def lesson_meta(lesson: Lesson | VersionLesson) -> str | None:
    """How long the lesson is, once it can be watched."""
    return lesson_metas([lesson]).get(lesson.id)


def lesson_metas(lessons: Sequence[Lesson | VersionLesson]) -> dict[int, str]:
    """How long each of many lessons is, by its id; those that cannot be watched are left out.

    They are all of one draft, or all of one version.
    """
    template = current_app.jinja_env.get_template("videos/_length.html")
    videos = versions.videos_shown(lessons)
    return {lesson_id: template.render(video=video) for lesson_id, video in videos.items()}


def hours_hint(course: Course) -> str | None:
    """What its films and pages suggest for the hours of a course; None before there are any."""
    films_ms, pages_ms = queries.total_duration_ms(course), readings.total_duration_ms(course)
    hours = suggested_hours(films_ms + pages_ms)
    if not hours:
        return None
    return render_template("videos/_hours.html", films_ms=films_ms, pages_ms=pages_ms, hours=hours)


def publish_problems(course: Course) -> list[str]:
    """A course whose lessons cannot all be watched must not open."""
    return [
        _("课时“%(title)s”还没有可以播放的视频。", title=lesson.title)
        for lesson in queries.lessons_without_video(course)
    ]
