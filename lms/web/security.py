"""Headers, cookies, forgery protection, and safe redirects."""

from urllib.parse import urlsplit

from flask import Flask, g
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from lms.config import Settings

csrf = CSRFProtect()

_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:{media}; media-src 'self' blob:{media}; "
    "connect-src 'self'{media}; worker-src 'self' blob:; style-src 'self'; script-src 'self'; "
    "font-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'self'; "
    "form-action 'self'"
)


def register(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="xueshi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        # Our record of the session says when it ends; the cookie is written anew while it is used.
        PERMANENT_SESSION_LIFETIME=settings.session_hours * 3600 + 600,
        MAX_CONTENT_LENGTH=settings.request_max_mb * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.cookie_secure,
    )
    csrf.init_app(app)
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    policy = _POLICY.format(media=_media_origin(settings.media_base_url))
    app.after_request(lambda response: _add_headers(response, policy))


def let_own_pages_frame() -> None:
    """Let pages of this site, and of no other, show the present answer in a frame."""
    g.is_framed_by_own_pages = True


def _media_origin(base: str) -> str:
    parts = urlsplit(base)
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _add_headers(response: Response, policy: str) -> Response:
    headers = response.headers
    if g.get("is_framed_by_own_pages"):
        policy = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
    headers.setdefault("Cache-Control", "no-store")
    return response


def safe_next(target: str | None) -> str | None:
    """`target` if it is a path of this site, else None; an open redirect helps only phishers."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
