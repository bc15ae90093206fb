"""Talking HTTP to the bank in tests: every request goes through the whole application."""

from collections.abc import Callable

import httpx
from flask import Flask

from lms.core.db import transaction
from lms.hourbank.cli import set_up_local
from lms.hours import operations
from lms.hours.models import Credit
from lms.hours.receipts import bank_key_path
from tests.factories import CycleFactory
from tests.hours.standin import StandIn

Misdeed = Callable[[httpx.Request, httpx.Response], httpx.Response]


class ScriptedBank(httpx.BaseTransport):
    """Passes requests to the application; each entry of `misdeeds` spoils one answer.

    The bank has done its work before its answer is spoilt: the worst case for the sender. With
    `stand_in` that one answers instead of the real bank, and its key is the pinned one.
    """

    def __init__(self, app: Flask, stand_in: StandIn | None = None) -> None:
        # A test before may have pinned the key of a stand-in.
        bank_key_path(app.extensions["settings"]).unlink(missing_ok=True)
        set_up_local()
        if stand_in is not None:
            bank_key_path(app.extensions["settings"]).write_text(stand_in.public_pem)
        self.misdeeds: list[Misdeed] = []
        self.requests: list[httpx.Request] = []
        self.is_away = False
        self._inner = httpx.WSGITransport(app=stand_in or app)
        app.extensions["bank_client"] = lambda: httpx.Client(transport=self)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.is_away:
            raise httpx.ConnectError("refused", request=request)
        response = self._inner.handle_request(request)
        response.read()
        return self.misdeeds.pop(0)(request, response) if self.misdeeds else response


def lose(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """The answer never arrives."""
    raise httpx.ReadTimeout("no answer", request=request)


def answer(status: int, text: str, content_type: str = "text/html") -> Misdeed:
    """Another answer arrives instead."""
    headers = {"content-type": content_type}
    return lambda request, response: httpx.Response(status, text=text, headers=headers)


def earn(**course: object) -> Credit:
    """A credit of a completed cycle, committed, with its delivery queued."""
    cycle = CycleFactory(**{f"course__{name}": value for name, value in course.items()})
    with transaction():
        credit = operations.write_credit(cycle, f"证{cycle.id:06d}")
    return credit
