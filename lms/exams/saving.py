"""PUT /exams/<attempt>/answers/<position>: answers are saved before the pages' application.

In an exam a hall full of people answers at once, and what pages need of sessions and ORM costs ten
times what the one UPDATE does. Done here is only what is plainly right: the UPDATE carries every
condition of the ordinary route (the learner's own, running, in time, newer, in a session that is
alive), and if it changes nothing the request goes on to that route, which knows why and says so.
"""

import datetime as dt
import io
import json
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, current_app
from sqlalchemy.engine import Dialect

from lms.accounts.enums import MAY_SIGN_IN
from lms.accounts.sessions import LONGEST, TOUCH_EVERY
from lms.config import Settings
from lms.core import clock
from lms.core.db import db
from lms.core.types import Instant
from lms.exams.rules import GRACE_SECONDS, read_answer
from lms.exams.tokens import PaperSigner
from lms.questions.behaviours import behaviour_of
from lms.questions.facts import QuestionFacts
from lms.questions.kinds import QuestionKind
from lms.watching.connections import LeanConnections

log = logging.getLogger(__name__)
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_PATH = re.compile(r"/exams/([0-9]{1,18})/answers/([0-9]{1,4})")
_LONGEST_BODY = 16_384

_ITEM = """
SELECT exam_paper_items.id, option_order, questions.kind, questions.text, questions.options
FROM exam_paper_items JOIN questions ON questions.id = exam_paper_items.question_id
WHERE attempt_id = :attempt AND position = :position
"""
# Marking takes the attempt for itself; on PostgreSQL whoever saves shares it until the commit. A
# session not noted as used for minutes goes the ordinary way, which notes it or ends it.
_SAVE = """
UPDATE exam_paper_items SET chosen = {chosen}, answer_serial = :serial, answered_at = :now
WHERE id = :item AND answer_serial < :serial AND EXISTS (
  SELECT 1 FROM exam_attempts
  JOIN cycles ON cycles.id = exam_attempts.cycle_id
  JOIN people ON people.id = cycles.person_id
  JOIN sign_in_sessions ON sign_in_sessions.person_id = people.id
  WHERE exam_attempts.id = :attempt AND exam_attempts.state = 'running'
    AND exam_attempts.deadline_at >= :earliest_deadline
    AND people.state IN ({states})
    AND sign_in_sessions.id = :session AND sign_in_sessions.ended_at IS NULL
    AND sign_in_sessions.seen_at > :seen_after AND sign_in_sessions.began_at > :began_after
  {share})
"""


class AnswerSaving:
    """Saves answers of papers for whoever holds a paper's token. One object a process."""

    def __init__(self, app: Flask, signer: PaperSigner) -> None:
        settings: Settings = app.extensions["settings"]
        with app.app_context():
            engine = db.engine
        self.signer = signer
        self._connections = LeanConnections(engine)
        self._instant = _instant_writer(engine.dialect)
        is_shared = engine.dialect.name == "postgresql"
        self._item = self._connections.statement(_ITEM)
        self._save = self._connections.statement(
            _SAVE.format(
                chosen="CAST(:chosen AS JSON)" if is_shared else ":chosen",
                states=", ".join(sorted(f"'{state.value}'" for state in MAY_SIGN_IN)),
                share="FOR SHARE OF exam_attempts" if is_shared else "",
            )
        )
        self._noted = min(TOUCH_EVERY, dt.timedelta(minutes=settings.staff_idle_minutes))

    def save(self, token: str, attempt_id: int, position: int, body: bytes) -> bool:
        """Whether the answer was saved; False for whatever is not plainly right."""
        terms = self.signer.read(token)
        answer = read_answer(_parsed(body))
        if terms is None or terms[0] != attempt_id or answer is None:
            return False
        shown, serial = answer
        with self._connections.borrow() as connection:
            row = connection.read(self._item, {"attempt": attempt_id, "position": position})
            chosen = None if row is None else _own_answer(row, shown)
            if chosen is None:
                return False
            values = {"item": row[0], "chosen": json.dumps(chosen), "serial": serial}
            return connection.write(self._save, {**values, **self._terms(*terms)}) == 1

    def _terms(self, attempt_id: int, session_id: int) -> dict[str, Any]:
        now = clock.now()
        moments = {
            "now": now,
            "earliest_deadline": now - dt.timedelta(seconds=GRACE_SECONDS),
            "seen_after": now - self._noted,
            "began_after": now - LONGEST,
        }
        kept = {name: self._instant(moment) for name, moment in moments.items()}
        return {"attempt": attempt_id, "session": session_id, **kept}


def _instant_writer(dialect: Dialect) -> Callable[[dt.datetime], Any]:
    """How the engine writes instants, since the driver is talked to directly."""
    write = Instant().dialect_impl(dialect).bind_processor(dialect)
    assert write is not None
    return write


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _own_answer(row: Any, shown: list[Any]) -> list[Any] | None:
    _item, order, kind, text, options = row
    asked = QuestionFacts(
        kind=QuestionKind(kind), text=text, options=tuple(_listed(options)), answer=()
    )
    return behaviour_of(asked.kind).own_answer(asked, _listed(order), shown)


def _listed(column: Any) -> list[Any]:
    # SQLite keeps JSON as text; the driver of PostgreSQL reads it.
    found: list[Any] = json.loads(column) if isinstance(column, str) else column
    return found


def in_front_of(pages: Wsgi, saving: AnswerSaving) -> Wsgi:
    """A WSGI application that saves answers and leaves everything else to `pages`."""

    def serve(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT" and _is_saved(environ, saving):
            start_response("204 No Content", [("Cache-Control", "no-store")])
            return []
        return pages(environ, start_response)

    return serve


def _is_saved(environ: Environ, saving: AnswerSaving) -> bool:
    place = _PATH.fullmatch(environ["PATH_INFO"])
    token = environ.get("HTTP_X_PAPER_TOKEN", "")
    length = environ.get("CONTENT_LENGTH") or ""
    if place is None or not token or not length.isdecimal() or int(length) > _LONGEST_BODY:
        return False
    body = environ["wsgi.input"].read(int(length))
    # The ordinary route may have to read it again.
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        return saving.save(token, int(place[1]), int(place[2]), body)
    except Exception:
        log.exception("an answer was not saved at once; the ordinary route tries")
        return False


def register(app: Flask) -> None:
    """Put the saving of answers in front of the application."""
    settings: Settings = app.extensions["settings"]
    saving = AnswerSaving(app, PaperSigner(settings.secret_key))
    app.extensions["answer_saving"] = saving
    app.wsgi_app = in_front_of(app.wsgi_app, saving)  # type: ignore[assignment, method-assign]


def paper_token(attempt_id: int, session_id: int) -> str:
    """The token with which the page of an attempt saves its answers."""
    saving: AnswerSaving = current_app.extensions["answer_saving"]
    return saving.signer.sign(attempt_id, session_id)
