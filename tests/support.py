"""What tests share: a clock to move, recorded tasks, signing in."""

import datetime as dt
from contextvars import Context
from pathlib import Path
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.accounts.sessions import begin_session
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.files import files


class MovableClock:
    """A source of time that stands still until told to move."""

    def __init__(self, start: dt.datetime) -> None:
        self.present = start

    def __call__(self) -> dt.datetime:
        return self.present

    def advance(self, seconds: float = 0, **parts: float) -> None:
        """Move by so many seconds, or by timedelta parts such as days=1."""
        self.present += dt.timedelta(seconds=seconds, **parts)

    def set(self, instant: dt.datetime) -> None:
        self.present = instant


class RecordedTasks:
    """Stands for the broker: keeps what was queued after commits, and runs it when asked."""

    def __init__(self) -> None:
        self.queued: list[tuple[Any, tuple[Any, ...]]] = []

    def record(self, work: Any, args: tuple[Any, ...]) -> None:
        self.queued.append((work, args))

    def names(self) -> list[str]:
        return [work.name for work, _args in self.queued]

    def run_all(self) -> int:
        """Run everything queued, and what that queues; returns how many ran."""
        count = 0
        while self.queued:
            work, args = self.queued.pop(0)
            work.run(*args)
            count += 1
        return count


class VisitorClient(FlaskClient):
    """A client whose requests see nothing of the test's own application context.

    Without this a request inside a test would share the test's session and signed-in person.
    Afterwards the test's session forgets what it had read, and sees what the request committed.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        response = Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.rollback()
            db.session.expire_all()
        return response


def sign_in(client: FlaskClient, person: Person, *, second_factor: bool = True) -> FlaskClient:
    """Give the client a session of `person`, as after the sign-in form.

    With `second_factor` as after the second one too; without it by password alone.
    """
    with transaction():
        shown_at = clock.now() if second_factor else None
        token = begin_session(person, second_factor_at=shown_at)
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return client


def kept_file(path: str) -> Path:
    """Where a kept file lies on the disk of a test."""
    place = files().place(path)
    assert place is not None
    return place
