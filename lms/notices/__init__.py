"""Notices to learners: in the page, by mail, as text messages."""

from flask import Flask

from lms.core import events
from lms.core.tasks import every
from lms.notices import handlers, tasks, views
from lms.notices.operations import merge_notices
from lms.web import slots


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(views.blueprint)
    events.cycle_started.connect(handlers.tell_enrolled)
    events.attempt_submitted.connect(handlers.tell_result)
    events.exam_regraded.connect(handlers.tell_regraded)
    events.restudy_decided.connect(handlers.tell_decision)
    events.certificate_ready.connect(handlers.tell_certificate)
    events.certificate_revoked.connect(handlers.tell_revoked)
    events.hours_refused.connect(handlers.tell_refused)
    events.person_merged.connect(merge_notices)
    slots.fill(app, "header.tools", views.bell)
    every(20, tasks.queue_due)
    every(300, tasks.remind_of_closing)
