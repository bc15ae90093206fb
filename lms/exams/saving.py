"""PUT /exams/<attempt>/answers/<position> in its fast lane: one guarded UPDATE.

In an exam a hall full of people answers at once, and what pages need of sessions and ORM costs many
times what the UPDATE does. It carries every condition of the ordinary route (the learner's own,
running, in time, newer, in a session that is alive); if it changes nothing the request is left to
that route, which knows why and says so.
"""

import datetime as dt
import json
import logging
import re
from typing import Any

from flask import Flask, current_app

from lms.accounts.enums import MAY_SIGN_IN
from lms.accounts.sessions import LONGEST, TOUCH_EVERY
from lms.config import Settings
from lms.core import clock
from lms.core.lean import lean
from lms.exams.rules import GRACE_SECONDS, read_answer
from lms.exams.tokens import PaperSigner
from lms.questions.behaviours import behaviour_of
from lms.questions.facts import QuestionFacts
from lms.questions.kinds import QuestionKind
from lms.web.lanes import Environ, Reply, add_lane, body_of

log = logging.getLogger(__name__)

_PATH = r"/exams/(\d{1,18})/answers/(\d{1,4})"
_ITEM = """
SELECT exam_paper_items.id, option_order, questions.kind, questions.text, questions.options
FROM exam_paper_items JOIN questions ON questions.id = exam_paper_items.question_id
WHERE attempt_id = :attempt AND position = :position
"""
# Marking takes the attempt for itself; on PostgreSQL whoever saves shares it until the commit. A
# session not noted as used for minutes goes the ordinary way, which notes it or ends it.
_SAVE = """
UPDATE exam_paper_items SET chosen = :chosen, answer_serial = :serial, answered_at = :now
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
  FOR SHARE OF exam_attempts)
"""


class AnswerSaving:
    """Saves answers of papers for whoever holds a paper's token. One object a process."""

    def __init__(self, app: Flask, signer: PaperSigner) -> None:
        settings: Settings = app.extensions["settings"]
        self.signer = signer
        self._connections = lean(app)
        self._item = self._connections.statement(_ITEM)
        states = ", ".join(sorted(f"'{state.value}'" for state in MAY_SIGN_IN))
        self._save = self._connections.statement(_SAVE.format(states=states))
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
        kept = {name: self._connections.instant(moment) for name, moment in moments.items()}
        return {"attempt": attempt_id, "session": session_id, **kept}


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


def register(app: Flask) -> None:
    """Put the lane in front of the application."""
    settings: Settings = app.extensions["settings"]
    saving = AnswerSaving(app, PaperSigner(settings.secret_key))
    app.extensions["answer_saving"] = saving

    def respond(environ: Environ, match: "re.Match[str]") -> Reply | None:
        return _respond(saving, environ, match)

    add_lane(app, "PUT", _PATH, respond)


def _respond(saving: AnswerSaving, environ: Environ, match: "re.Match[str]") -> Reply | None:
    token = environ.get("HTTP_X_PAPER_TOKEN", "")
    body = body_of(environ) if token else None
    if body is None:
        return None
    try:
        is_saved = saving.save(token, int(match[1]), int(match[2]), body)
    except Exception:
        log.exception("an answer was not saved at once; the ordinary route tries")
        return None
    return ("204 No Content", [("Cache-Control", "no-store")], b"") if is_saved else None


def paper_token(attempt_id: int, session_id: int) -> str:
    """The token with which the page of an attempt saves its answers."""
    saving: AnswerSaving = current_app.extensions["answer_saving"]
    return saving.signer.sign(attempt_id, session_id)
