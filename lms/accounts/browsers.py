"""The visitor's browser: beginning and ending what it remembers of a session."""

from typing import Any

from flask import current_app, request, session
from flask_login import login_user, logout_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from lms.accounts.known_devices import COOKIE, COOKIE_SECONDS, Device, read_device, write_device
from lms.accounts.models import Person


def device_here() -> Device:
    """The browser that asks, with the accounts that signed in there before."""
    return read_device(request.cookies.get(COOKIE))


def enter(person: Person, target: str) -> Response:
    """Let the browser keep the session just begun for `person`, and go on to `target`."""
    # A new session at sign-in: nothing from before it, least of all its identity, lives on.
    _forget_all()
    login_user(person)
    response = redirect(target)
    remember_device(response, person)
    return response


def leave() -> None:
    """Let the browser forget its session."""
    logout_user()
    _forget_all()


def remember_device(response: Response, person: Person) -> None:
    """Note in the browser that `person` has signed in there."""
    response.set_cookie(
        COOKIE,
        write_device(device_here().remembering(person.id)),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def _forget_all() -> None:
    kept: dict[str, Any] = {name: session[name] for name in ("language",) if name in session}
    session.clear()
    session.update(kept)
