"""Every route, for every kind of visitor, with the records of here.

Those of here meet their own records, those of elsewhere the records of others. The addresses come
from the route map, the expectation from rules.RULES.
"""

import base64
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lms.accounts.models import Person
from lms.config import Settings
from lms.core.db import db
from lms.web.auth import TOKEN, access_of
from tests.security.access.rules import RULES
from tests.security.access.world import VISITORS, World, build_world
from tests.security.support import address_of, routes
from tests.support import sign_in

# The same on every database; there is nothing of SQL in it that other tests do not hold.
pytestmark = pytest.mark.no_database

OUT = (401, 403, 404)
# Well-formed whatever the route wants, so that a refusal is about who asks.
BODY = {"nonce": "x", "chosen": [0], "serial": 1}
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Upload-Length": "1"}


class Snapshot:
    """The database and the files as they were at a moment, in a folder."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._path = Path(settings.database_url.removeprefix("sqlite:///"))
        self._media = settings.media_path
        self._kept, self._kept_media = folder / "database", folder / "media"

    def take(self) -> None:
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
        shutil.copy(self._path, self._kept)
        shutil.copytree(self._media, self._kept_media)

    def bring_back(self) -> None:
        db.session.remove()
        db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self._kept, self._path)
        shutil.rmtree(self._media, ignore_errors=True)
        shutil.copytree(self._kept_media, self._media)


class BuiltOnce:
    """The world, which takes longer to build than to bring back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built: tuple[World, dict[str, int]] | None = None

    def here(self, app: Flask, settings: Settings) -> World:
        snapshot = Snapshot(settings, self._folder)
        if self._built is None:
            world = build_world(app)
            self._built = world, {name: person.id for name, person in world.people.items()}
            snapshot.take()
        else:
            snapshot.bring_back()
        world, ids = self._built
        people = {name: db.session.get_one(Person, number) for name, number in ids.items()}
        return replace(world, people=people)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> BuiltOnce:
    return BuiltOnce(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(app, clock, settings, built) -> World:
    return built.here(app, settings)


@pytest.fixture
def snapshot(world, settings, tmp_path) -> Snapshot:
    return Snapshot(settings, tmp_path)


def test_every_route_has_a_rule_and_every_rule_a_route(app):
    endpoints = {rule.endpoint for rule in routes(app)}
    assert endpoints ^ {line.partition(" ")[0] for line in RULES} == set()


def test_every_argument_of_a_route_leads_to_a_record_here(app, world):
    unknown = {
        (rule.rule, name)
        for rule in routes(app)
        if access_of(app, rule.endpoint) != TOKEN
        for name in rule.arguments - world.values.keys()
    }
    assert unknown == set()


@pytest.mark.parametrize("visitor", VISITORS)
def test_a_visitor_gets_in_where_the_table_says_and_nowhere_else(
    app, client, world, snapshot, visitor
):
    cookie = _cookie_of(client, world.people.get(visitor))
    snapshot.take()
    wrong = []
    for rule in routes(app):
        for method in _methods(rule):
            # A page may end the session it is opened in: each is tried in one of its own.
            if cookie:
                client.set_cookie("xueshi", cookie)
            gets_in = _gets_in(app, client, rule, method, world.values_of(rule.endpoint))
            if gets_in != (visitor in _rule_of(rule.endpoint, method)):
                wrong.append((rule.endpoint, method, gets_in))
            if gets_in and method not in ("GET", "HEAD"):
                snapshot.bring_back()
    assert wrong == [], "\n".join(map(str, wrong))


def _rule_of(endpoint: str, method: str) -> frozenset[str]:
    """The line of the endpoint, or the one of this method alone."""
    return RULES.get(f"{endpoint} {method}", RULES[endpoint])


def _cookie_of(client, person) -> str | None:
    return sign_in(client, person).get_cookie("xueshi").value if person else None


def _methods(rule: Rule) -> list[str]:
    named = sorted(rule.methods - {"HEAD", "OPTIONS"})
    return named or [max(rule.methods - {"OPTIONS"}, default="OPTIONS")]


def _gets_in(app, client, rule, method, values) -> bool:
    sent = _upload(values) if rule.endpoint.startswith("uploads.") else {"json": BODY}
    # A refusal is told in short; whether to refuse was decided before.
    headers = {"Accept": "application/json", **sent.pop("headers", {})}
    with client.open(address_of(rule, **values), method=method, headers=headers, **sent) as answer:
        if access_of(app, rule.endpoint) == TOKEN:
            return answer.status_code < 400
        location = answer.headers.get("Location", "")
        return answer.status_code not in OUT and not location.startswith("/sign-in")


def _upload(values) -> dict[str, object]:
    lesson = base64.b64encode(str(values["lesson_id"]).encode()).decode()
    headers = {**TUS, "Upload-Metadata": f"lesson {lesson}"}
    return {"headers": headers, "data": b"x", "content_type": "application/offset+octet-stream"}
