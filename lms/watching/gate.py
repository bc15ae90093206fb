"""GET /keys/<video>/<window>: the gate as HTTP, answered before the pages' application is reached.

The same answer is given through the ordinary route, in whose way it stands (`lms.web.lanes`).

200 16 bytes | 403 forged, expired, skipping ahead, closed | 409 playing elsewhere
423 a pop-up is due | 425 too early (Retry-After, retry_after_ms) | 503 come back in a second
"""

import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, current_app

from lms.core import clock
from lms.watching.release import KeyRelease
from lms.watching.rules import Verdict
from lms.watching.tokens import WatchTerms
from lms.web.lanes import Environ, Reply, add_lane

log = logging.getLogger(__name__)

PREFIX = "/keys/"
# What is given for a window that is released.
HandOut = Callable[[WatchTerms, int], Reply]
TOKEN_COOKIE = "watch"  # noqa: S105 - the cookie's name
_MOST_DIGITS = 6
COMMON = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
_TITLES = {
    "closed": "The course is closed.",
    "playing-elsewhere": "The lesson is playing elsewhere.",
    "popup-due": "A pop-up question is due.",
    "skipping-ahead": "This window is not the next one.",
    "token": "The watch token is missing, forged or expired.",
    "too-early": "This window is not due yet.",
    "unavailable": "The service is busy.",
}


def respond(release: KeyRelease, environ: Environ) -> Reply:
    """The whole answer to a request under /keys/."""
    return gated(release, environ, PREFIX, lambda terms, window: _key(release, terms, window))


def gated(
    release: KeyRelease,
    environ: Environ,
    prefix: str,
    hand_out: HandOut,
    *,
    is_reading: bool = False,
) -> Reply:
    """The answer to a request for "<prefix><name>/<window>": what `hand_out` gives, or why not.

    A token for pages opens no film, and one for a film no pages.
    """
    public_id, _, number = environ["PATH_INFO"].removeprefix(prefix).partition("/")
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        return _problem(HTTPStatus.FORBIDDEN, "skipping-ahead")
    terms = release.signer.read(_token(environ), clock.now_ms())
    if terms is None or terms.public_id != public_id or terms.is_reading is not is_reading:
        return _problem(HTTPStatus.FORBIDDEN, "token")
    try:
        window = int(number)
        verdict, retry_ms = release.decide(terms, window)
        if verdict is not Verdict.RELEASED:
            return _problem(verdict.status, verdict.code, retry_ms)
        return hand_out(terms, window)
    except Exception:
        # Whatever failed is ours, not the learner's: the page asks again and nothing is lost.
        log.exception("key release failed")
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", 1000)


def _token(environ: Environ) -> str:
    token: str | None = environ.get("HTTP_X_WATCH_TOKEN")
    return token if token else _cookie(environ.get("HTTP_COOKIE", ""))


def _cookie(header: str) -> str:
    # Browsers that play HLS by themselves send no header of ours, only the cookie of this path.
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == TOKEN_COOKIE:
            return value
    return ""


def _key(release: KeyRelease, terms: WatchTerms, window: int) -> Reply:
    key = release.key(terms, window)
    headers = [("Content-Type", "application/octet-stream"), ("Content-Length", "16"), *COMMON]
    return "200 OK", headers, key


def _problem(status: int, code: str, retry_ms: int = 0) -> Reply:
    """An RFC 9457 answer; `retry_ms` is told to the second above and exactly."""
    body: dict[str, Any] = {
        "type": f"about:blank#{code}",
        "title": _TITLES[code],
        "status": int(status),
        "code": code,
    }
    headers = [("Content-Type", "application/problem+json"), *COMMON]
    if retry_ms:
        body["retry_after_ms"] = retry_ms
        headers.append(("Retry-After", str(-(-retry_ms // 1000))))
    data = json.dumps(body).encode()
    headers.append(("Content-Length", str(len(data))))
    return f"{int(status)} {HTTPStatus(status).phrase}", headers, data


def register(app: Flask, release: KeyRelease) -> None:
    """Put the gate in front of the application."""
    app.extensions["key_release"] = release
    add_lane(app, "GET", f"{PREFIX}.*", lambda environ, _match: respond(release, environ))


def key_release() -> KeyRelease:
    """The gate of this process."""
    found: KeyRelease = current_app.extensions["key_release"]
    return found
