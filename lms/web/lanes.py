"""Fast lanes: requests that are answered before the pages' application is reached.

Languages, sessions, forgery protection and rate limits of pages have nothing to do with what a
player and an exam's paper ask all the time, and would cost several times what the answer does. A
lane answers what is well in order; anything else it leaves to the ordinary route of the same
address, which knows what to say.
"""

import io
import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

Environ = dict[str, Any]
# Status line, headers and body; None if the ordinary route is to answer.
Reply = tuple[str, list[tuple[str, str]], bytes]
Responder = Callable[[Environ, "re.Match[str]"], Reply | None]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
# No answer to a question is longer; a longer body is none of ours.
_LONGEST_BODY = 64 * 1024


def add_lane(app: Flask, method: str, path: str, respond: Responder) -> None:
    """Let `respond(environ, match)` answer requests whose whole path matches `path`, a pattern."""
    lanes = app.extensions.get("lanes")
    if lanes is None:
        lanes = app.extensions["lanes"] = []
        app.wsgi_app = _in_front_of(app.wsgi_app, lanes)  # type: ignore[assignment, method-assign]
    lanes.append((method, re.compile(path), respond))


def _in_front_of(pages: Wsgi, lanes: list[tuple[str, "re.Pattern[str]", Responder]]) -> Wsgi:
    def serve(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        for method, path, respond in lanes:
            if environ["REQUEST_METHOD"] != method:
                continue
            match = path.fullmatch(environ["PATH_INFO"])
            reply = match and respond(environ, match)
            if reply:
                status, headers, body = reply
                start_response(status, headers)
                return [body]
        return pages(environ, start_response)

    return serve


def body_of(environ: Environ) -> bytes | None:
    """The body of a request, which the ordinary route can read again; None if it is too long."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit() and int(length) <= _LONGEST_BODY):
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return body
