"""People, how they sign in, and the posts they hold."""

from flask import Flask

from lms.accounts import views
from lms.accounts.queries import load_session_person
from lms.web.auth import use_person_loader


def register(app: Flask) -> None:
    use_person_loader(app, load_session_person)
    app.register_blueprint(views.blueprint)
