"""POST /hourbank/api/v1/credits in its fast lane: one credit, new, in order and well signed.

A platform that delivers each credit as it is earned asks for nothing else all day. Whatever is not
plainly right (a repeat, a conflict, an unusual spelling) is left to the ordinary route, which finds
the same answer as it always did.
"""

import json
import logging
import re
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask

from lms.core import clock
from lms.core.errors import DomainError
from lms.core.keys import read_public_key
from lms.core.lean import LeanConnection, lean
from lms.hourbank import profile
from lms.hourbank.intake.accounts import lock_accounts
from lms.hourbank.intake.items import Item, read_item
from lms.hourbank.intake.taking import take_new
from lms.hourbank.ledger import Reporter
from lms.hourbank.models import EntryKind
from lms.hourbank.sql import Sql, Statement
from lms.web.lanes import Environ, Reply, add_lane, body_of

log = logging.getLogger(__name__)

PATH = "/hourbank/api/v1/credits"
_PLATFORM = Statement("SELECT id, public_key FROM bank_platforms WHERE code = :code AND is_active")
# Platform and key are looked at again as the nonce is used up: what was read before may be old.
_NONCE = Statement(
    "INSERT INTO bank_nonces (platform_id, nonce, seen_at) "
    "SELECT id, :nonce, :now FROM bank_platforms WHERE id = :id AND is_active "
    "AND public_key = :pem ON CONFLICT (platform_id, nonce) DO NOTHING RETURNING id"
)


class _NotPlain(Exception):
    """The ordinary route is to answer; nothing was entered."""


class _Known(NamedTuple):
    reporter: Reporter
    pem: str
    key: Ed25519PublicKey


class CreditLane:
    """Takes single credits. One object a process."""

    def __init__(self, app: Flask, dialect: str) -> None:
        self._app = app
        self._dialect = dialect
        self._connections = lean(app)
        self._known: dict[str, _Known] = {}

    def answer(self, request: profile.Request) -> str | None:
        """The receipt of a new credit; None for whatever is not plainly right."""
        signed = profile.read(request)
        if signed is None:
            return None
        with self._app.app_context(), self._connections.borrow() as connection:
            known = self._platform(connection, signed.code)
            if known is None or not profile.is_signed(signed, known.key):
                self._known.pop(signed.code, None)
                return None
            item = _item(request)
            return None if item is None else self._take(connection, known, signed.nonce, item)

    def forget_platforms(self) -> None:
        """Read platforms and keys anew when they are asked for next."""
        self._known.clear()

    def _platform(self, connection: LeanConnection, code: str) -> _Known | None:
        if code not in self._known:
            found = Sql.of_lean(self._dialect, connection).run(_PLATFORM, code=code)
            if not found:
                return None
            ((platform_id, pem),) = found
            self._known[code] = _Known(Reporter(platform_id, code), pem, read_public_key(pem))
        return self._known[code]

    def _take(
        self, connection: LeanConnection, known: _Known, nonce: str, item: Item
    ) -> str | None:
        sql = Sql.of_lean(self._dialect, connection)
        assert item.person is not None
        whose = item.person.identity_hash
        values: dict[str, Any] = {"id": known.reporter.id, "pem": known.pem, "nonce": nonce}
        try:
            with connection.pipeline():
                nonce_is_fresh = sql.send(_NONCE, (), **values, now=sql.instant(clock.now()))
                # Waits for both.
                accounts = lock_accounts(sql, [whose])
                if not nonce_is_fresh():
                    raise _NotPlain
                return take_new(sql, known.reporter, item, accounts)
        except _NotPlain:
            self._known.pop(known.reporter.code, None)
            return None


def _item(request: profile.Request) -> Item | None:
    try:
        body = json.loads(request.body)
        return read_item(EntryKind.CREDIT, request.idempotency_key, body)
    except (DomainError, ValueError):
        return None


def register(app: Flask, dialect: str) -> None:
    """Put the lane in front of the application."""
    lane = app.extensions["credit_lane"] = CreditLane(app, dialect)

    def respond(environ: Environ, _match: "re.Match[str]") -> Reply | None:
        return _respond(lane, environ)

    add_lane(app, "POST", PATH, respond)


def _respond(lane: CreditLane, environ: Environ) -> Reply | None:
    body = body_of(environ)
    if body is None or environ.get("QUERY_STRING"):
        return None
    try:
        receipt = lane.answer(_request(environ, body))
    except Exception as error:
        # Two requests of one key at once, for one: the second finds its answer the ordinary way.
        log.info("a credit was not entered at once (%s); the route tries", type(error).__name__)
        return None
    return None if receipt is None else _reply({"receipt": receipt})


def _request(environ: Environ, body: bytes) -> profile.Request:
    return profile.Request(
        method=environ["REQUEST_METHOD"],
        authority=environ.get("HTTP_HOST", "").lower(),
        path=environ["PATH_INFO"],
        content_type=environ.get("CONTENT_TYPE", ""),
        idempotency_key=environ.get("HTTP_IDEMPOTENCY_KEY", ""),
        content_digest=environ.get("HTTP_CONTENT_DIGEST", ""),
        signature_input=environ.get("HTTP_SIGNATURE_INPUT", ""),
        signature=environ.get("HTTP_SIGNATURE", ""),
        body=body,
    )


def _reply(words: dict[str, Any]) -> Reply:
    data = json.dumps(words).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(data))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return "201 Created", headers, data
