"""POST …/popup/answer in its fast lane: who answers stands in the signed watch token.

The token travels in a header that no other site's page can send, so nothing else is needed against
forged requests. Whatever is not in order is left to the ordinary route, which finds the words.
"""

import json
import logging
import re

from flask import Flask

from lms.core import clock
from lms.core.errors import DomainError
from lms.watching.answering import PopupAnswers
from lms.watching.answers import answer_from, outcome_facts
from lms.watching.tokens import TokenSigner
from lms.web.lanes import Environ, Reply, add_lane, body_of

log = logging.getLogger(__name__)
_PATH = r"/learn/(\d{1,18})/lessons/(\d{1,18})/popup/answer"


def register(app: Flask, answers: PopupAnswers, signer: TokenSigner) -> None:
    """Put the lane in front of the application."""
    app.extensions["popup_answers"] = answers

    def respond(environ: Environ, match: "re.Match[str]") -> Reply | None:
        return _respond(answers, signer, environ, match)

    add_lane(app, "POST", _PATH, respond)


def _respond(
    answers: PopupAnswers, signer: TokenSigner, environ: Environ, match: "re.Match[str]"
) -> Reply | None:
    terms = signer.read(environ.get("HTTP_X_WATCH_TOKEN", ""), clock.now_ms())
    body = body_of(environ) if terms is not None else None
    if terms is None or body is None:
        return None
    try:
        nonce, given = answer_from(json.loads(body))
        outcome = answers.grade(terms, nonce, given, (int(match[1]), int(match[2])))
    except (DomainError, ValueError):
        return None
    except Exception:
        log.exception("an answer could not be graded")
        return None
    data = json.dumps(outcome_facts(outcome)).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(data))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return "200 OK", headers, data
