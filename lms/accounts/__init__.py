"""People, how they sign in, and the posts they hold."""

from flask import Flask

from lms.accounts import hooks, security_views, tasks, views
from lms.accounts.sessions import load_session_person
from lms.web.auth import use_person_loader

# Named so that the sweep is known to beat wherever the feature is.
__all__ = ["register", "tasks"]


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    use_person_loader(app, load_session_person)
    hooks.register(app)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(security_views.blueprint)
