"""One-time codes: first and forgotten passwords, and how the codes are sent."""

from flask import Flask

from lms.activation import manage_views, tasks, views
from lms.activation.codes import void_codes_of
from lms.core.events import standing_changed
from lms.core.mail import init_mail
from lms.core.tasks import every


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    standing_changed.connect(void_codes_of)
    init_mail(app, app.extensions["settings"])
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
    every(20, tasks.send_due_codes)
    every(3600, tasks.sweep_codes)
