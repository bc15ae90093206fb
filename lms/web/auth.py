"""Who may open a page. Every route declares it, and one that declares nothing stays shut.

@open_to_all                        anyone
@signed_in                          anyone with an account
@staff(Permission.X)                whoever has X somewhere; the operation checks where
@token_checked                      routes that check a signed token or signature themselves
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from lms.core.errors import NotAllowed
from lms.core.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])
login_manager = LoginManager()


@dataclass(frozen=True)
class Access:
    """The rule of a route: a kind, and for staff the permission."""

    kind: str
    permission: Permission | None = None


OPEN = Access("open")
SIGNED_IN = Access("signed_in")
TOKEN = Access("token")


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def open_to_all(view: View) -> View:
    """Anyone may open it, also without an account."""
    return _declare(view, OPEN)


def signed_in(view: View) -> View:
    """Anyone with an account may open it; the view shows only what is theirs."""
    return _declare(view, SIGNED_IN)


def token_checked(view: View) -> View:
    """The view checks a signed token or a message signature itself, before anything else."""
    return _declare(view, TOKEN)


def staff(permission: Permission) -> Callable[[View], View]:
    """Whoever holds `permission` through a post; over which record, the operation checks."""
    return lambda view: _declare(view, Access("staff", permission))


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The rule a route declares, or None."""
    view = app.view_functions[endpoint]
    declared = getattr(view, "access", None) or getattr(
        getattr(view, "view_class", None), "access", None
    )
    return declared if isinstance(declared, Access) else None


def use_person_loader(app: Flask, loader: Callable[[str], Any]) -> None:
    """Tell the kernel how a session's identifier becomes a person."""
    login_manager.user_loader(loader)


def use_staff_check(app: Flask, check: Callable[[], Response | None]) -> None:
    """Let `check` answer in place of any staff page, as long as it returns something."""
    app.extensions["staff_check"] = check


def permissions_here() -> frozenset[Permission]:
    """The permissions of the person who asks; none for a guest."""
    if not current_user.is_authenticated:
        return frozenset()
    granted: frozenset[Permission] = current_app.extensions["permissions_of"](current_user)
    return granted


def register(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.unauthorized_handler(_to_sign_in)
    app.before_request(_guard)
    app.jinja_env.globals["permissions_here"] = permissions_here


def _guard() -> Response | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":
        return None
    access = access_of(current_app, endpoint)
    if access is None:
        raise NotAllowed()
    if access in (OPEN, TOKEN):
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if access.permission is not None and access.permission not in permissions_here():
        raise NotAllowed()
    if access.kind == "staff" and "staff_check" in current_app.extensions:
        instead: Response | None = current_app.extensions["staff_check"]()
        return instead
    return None


def _to_sign_in() -> Response:
    return send_to("accounts.sign_in") if wants_page() else Response(status=401)


def wants_page() -> bool:
    """Whether the answer is shown by a browser, as a page or as a part of one."""
    return "HX-Request" in request.headers or bool(request.accept_mimetypes.accept_html)


def send_to(endpoint: str) -> Response:
    """Lead the visitor to a page that must come first, and from there to the one asked for."""
    if "HX-Request" in request.headers:
        # A fragment must not swallow the page; the whole page goes there.
        return Response(status=200, headers={"HX-Redirect": url_for(endpoint)})
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(endpoint, next=target))
