"""People, how they sign in, and the posts they hold."""

from flask import Flask

from lms.accounts import hooks, security_views, tasks, views
from lms.accounts.sessions import load_session_person
from lms.core.tasks import every
from lms.web.auth import use_person_loader


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    use_person_loader(app, load_session_person)
    hooks.register(app)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(security_views.blueprint)
    every(900, tasks.sweep_sign_ins)
