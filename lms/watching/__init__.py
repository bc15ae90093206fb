"""The gate: lease, clock, pop-ups, key release, the player, and the pages to read."""

from flask import Flask
from sqlalchemy import Select, select

from lms.catalog.differences import add_difference_check
from lms.catalog.operations import add_publish_check
from lms.core.events import (
    course_copied,
    course_frozen,
    cycle_leaving,
    cycle_withdrawn,
    person_merged,
)
from lms.core.tasks import every
from lms.questions.usage import add_usage_source
from lms.videos.retention import hold_videos
from lms.watching import answer_lane, explaining, gate, tasks, views
from lms.watching.answering import PopupAnswers
from lms.watching.models import LessonProgress
from lms.watching.notes import operations as notes
from lms.watching.notes import views as notes_views
from lms.watching.operations import drop_lease
from lms.watching.preview import views as preview_views
from lms.watching.question_usage import popup_usage
from lms.watching.quiet import operations as quiet
from lms.watching.quiet import views as quiet_views
from lms.watching.quiet.rules import write_instant
from lms.watching.release import KeyRelease
from lms.watching.tokens import TokenSigner
from lms.web import slots


def _films_begun() -> Select[int, int]:
    """The films that lessons were begun with; who reads has none."""
    pairs = select(LessonProgress.video_id, LessonProgress.package_version)
    return pairs.where(LessonProgress.video_id.is_not(None))  # type: ignore[return-value]


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    settings = app.extensions["settings"]
    app.register_blueprint(views.blueprint)
    app.register_blueprint(preview_views.drafts)
    app.register_blueprint(preview_views.versions)
    cycle_withdrawn.connect(drop_lease)
    cycle_leaving.connect(drop_lease)
    signer = TokenSigner(settings.secret_key)
    gate.register(app, KeyRelease(app, settings.prefetch_windows, signer))
    answer_lane.register(app, PopupAnswers(app, settings.popup_wait_seconds), signer)
    hold_videos(app, _films_begun)
    every(60, tasks.finish_seen_lessons)
    add_usage_source(app, popup_usage)
    app.register_blueprint(quiet_views.blueprint)
    app.jinja_env.filters["instant"] = write_instant
    slots.fill(app, "manage.lesson", quiet_views.panel, order=30)
    slots.fill(app, "credit.trace", explaining.lessons_part, order=20)
    slots.fill(app, "course.actions", preview_views.course_action, order=90)
    slots.fill_each(app, "review.lesson", preview_views.review_links, order=30)
    add_publish_check(app, quiet.quiet_problems)
    add_difference_check(app, quiet.quiet_differences)
    course_frozen.connect(quiet.freeze_stretches)
    course_copied.connect(quiet.copy_stretches)
    app.register_blueprint(notes_views.blueprint)
    slots.fill(app, "cycle.next", notes_views.course_card, order=80)
    person_merged.connect(notes.take_over_notes)
