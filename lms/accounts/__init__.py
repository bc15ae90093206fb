"""People, how they sign in, and the posts they hold."""

from flask import Flask, request
from flask_login import current_user

from lms.accounts import views
from lms.accounts.models import Person
from lms.accounts.sessions import load_session_person
from lms.core.audit import Origin, set_origin
from lms.web.auth import use_person_loader


def register(app: Flask) -> None:
    use_person_loader(app, load_session_person)
    app.before_request(_note_origin)
    app.register_blueprint(views.blueprint)


def _note_origin() -> None:
    """Tell the audit trail where this request comes from, and whose affair it is by default."""
    organization_id = _own_organization(current_user) if current_user.is_authenticated else None
    set_origin(Origin(request.remote_addr, organization_id))


def _own_organization(person: Person) -> int | None:
    held = [post.organization_id for post in person.posts if post.is_in_force]
    return held[0] if held else person.unit_id
