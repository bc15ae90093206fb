"""Nobody gets further than their factors allow.

A session whose owner has a factor but has not shown it is nobody's to every page: its person is not
loaded, so that no page, present or to come, can forget to ask. Staff without any factor are led
from their pages to setting one up.
"""

from flask import Flask, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.accounts.sessions import end_session, load_session_person
from lms.core.db import transaction
from lms.core.errors import NotAllowed
from lms.second_factor.queries import (
    has_paused_long,
    has_shown_factor,
    is_factor_due,
    is_required,
)
from lms.web.auth import send_to, use_person_loader, use_staff_check, wants_page
from lms.web.security import safe_next

_WAITING_ENDPOINTS = frozenset({"accounts.sign_in", "accounts.sign_out"})


def register(app: Flask) -> None:
    # In place of the accounts' own, which knows nothing of factors.
    use_person_loader(app, load_person)
    use_staff_check(app, send_to_setup)
    app.before_request(_meet_waiting)


def load_person(token: str) -> Person | None:
    """The person of a session; None also while a factor is due, but see `waiting_person`."""
    person = load_session_person(token)
    if person is None or not is_factor_due(person):
        return person
    g.waiting_person = person
    return None


def waiting_person() -> Person | None:
    """Whoever has given their password in this browser and must still show a factor."""
    if current_user.is_authenticated:
        return None
    person: Person | None = g.get("waiting_person")
    return None if person is None or has_paused_long(person) else person


def send_to_setup() -> Response | None:
    """What staff get instead of their page as long as a second factor is missing; else None."""
    if not is_required() or has_shown_factor(current_user):
        return None
    if not wants_page():
        raise NotAllowed(_("管理工作需要二次验证，请先设置。"))
    return send_to("second_factor.overview")


def _meet_waiting() -> Response | None:
    """Who is half signed in gets the second half in place of the first; signing out ends it."""
    if request.endpoint not in _WAITING_ENDPOINTS or current_user.is_authenticated:
        return None
    if request.endpoint == "accounts.sign_in" and request.method != "GET":
        return None
    person = waiting_person()
    if person is None:
        return None
    if request.endpoint == "accounts.sign_in":
        target = safe_next(request.args.get("next"))
        return redirect(url_for("factor_sign_in.second", next=target))
    with transaction():
        end_session(person)
    return None
