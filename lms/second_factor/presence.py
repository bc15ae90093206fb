"""Asking for the password again before a factor is touched: an open browser must not suffice."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts.models import Person
from lms.accounts.sessions import session_of
from lms.core import clock
from lms.core.errors import NotAllowed
from lms.second_factor.queries import FRESH_FOR, is_fresh
from lms.web.security import safe_next

View = TypeVar("View", bound=Callable[..., Any])
_CONFIRMED_AT = "confirmed_at"


def note_present() -> None:
    """Remember in the browser's signed cookie that the password was just given."""
    session[_CONFIRMED_AT] = clock.now().timestamp()


def is_present(person: Person) -> bool:
    """Whether who asks has just signed in, shown a factor, or given the password again."""
    found = session_of(person)
    if found is not None and is_fresh(found):
        return True
    confirmed_at = dt.datetime.fromtimestamp(session.get(_CONFIRMED_AT, 0), dt.UTC)
    return clock.now() - confirmed_at < FRESH_FOR


def asks_presence(view: View) -> View:
    """Let the view answer only while its visitor is present; others give their password first.

    What was sent is not sent again: after it the visitor sees the page, or the overview where the
    address takes no GET.
    """

    @wraps(view)
    def asked(**arguments: Any) -> Any:
        if is_present(current_user):
            return view(**arguments)
        if not request.accept_mimetypes.accept_html:
            raise NotAllowed(_("请先重新输入密码，再试一次。"))
        return redirect(url_for("second_factor.confirm", next=_page_here()))

    return asked  # type: ignore[return-value]


def _page_here() -> str:
    methods = request.url_rule.methods if request.url_rule else None
    if "GET" in (methods or ()):
        return request.full_path.rstrip("?")
    return url_for("second_factor.overview", next=safe_next(request.args.get("next")))
