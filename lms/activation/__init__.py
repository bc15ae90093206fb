"""One-time codes: first and forgotten passwords, and how the codes are sent."""

from flask import Flask

from lms.activation import manage_views, tasks, views
from lms.core.mail import init_mail

__all__ = ["register", "tasks"]


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    init_mail(app, app.extensions["settings"])
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
