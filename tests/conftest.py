"""Fixtures for every test: a fresh database, a clock that tests move, tasks that tests run.

Tests commit for real, so that locks, unique keys and after-commit work behave as in production.
SQLite gets a copy of an empty template file for each test, PostgreSQL is emptied after each.
"""

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, make_url, text

from lms.catalog import policies
from lms.config import Settings
from lms.core import clock as core_clock
from lms.core.db import db
from lms.core.tasks import celery_app
from lms.factory import create_app
from tests.catalogues import compile_catalogues
from tests.quick_passwords import quick_passwords
from tests.schema import create_schema, empty_tables
from tests.support import MovableClock, RecordedTasks, VisitorClient

SECRET = "0123456789abcdef" * 4
NOON = dt.datetime(2025, 6, 2, 4, 0, tzinfo=dt.UTC)


def settings_with(base: Path, database_url: str) -> Settings:
    return Settings(
        secret_key=SECRET,
        identity_key=SECRET[::-1],
        database_url=database_url,
        broker_url="memory://",
        var_dir=str(base / "var"),
        media_dir=str(base / "media"),
        transcode_preset="ultrafast",
    )


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    base = tmp_path_factory.mktemp("xueshi")
    url = _worker_database(os.environ.get("LMS_TEST_DATABASE_URL"))
    return settings_with(base, url or f"sqlite:///{base}/test.sqlite3")


def _worker_database(url: str | None) -> str | None:
    # Each xdist worker has a database of its own, made by the PostgreSQL fixture below.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return None if url is None else f"{url}_{worker}"


@pytest.fixture(scope="session", autouse=True)
def own_hasher() -> Iterator[tuple[PasswordHasher, str]]:
    """The product's hasher of passwords and its hash of nobody's; tests use quicker ones."""
    with quick_passwords() as kept:
        yield kept


@pytest.fixture(scope="session")
def session_app(settings: Settings) -> Iterator[Flask]:
    if settings.database_url.startswith("postgresql"):
        create_postgresql_database(settings.database_url)
    compile_catalogues()
    app = create_app(settings)
    app.test_client_class = VisitorClient
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _never_wait_for_the_disk)
        create_schema()
        db.engine.dispose()
    if settings.database_url.startswith("sqlite"):
        path = settings.database_url.removeprefix("sqlite:///")
        shutil.copy(path, f"{path}.template")
    yield app
    with app.app_context():
        db.engine.dispose()


def _never_wait_for_the_disk(connection: Any, _record: Any) -> None:
    # The data are thrown away, as those of script/_postgresql.sh.
    connection.execute("PRAGMA synchronous=OFF")


def create_postgresql_database(url: str) -> None:
    target = make_url(url)
    admin = create_engine(target.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{target.database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{target.database}"'))
    admin.dispose()


@pytest.fixture
def app(session_app: Flask, settings: Settings) -> Iterator[Flask]:
    """The application on an empty database, inside its context, with rate limits off."""
    tasks = RecordedTasks()
    session_app.extensions["send_task"] = tasks.record
    session_app.extensions["recorded_tasks"] = tasks
    # A test before may have made another application, to which tasks then belong.
    celery_app.flask_app = session_app
    with session_app.app_context():
        yield session_app
        db.session.remove()
        _reset(settings)
    shutil.rmtree(settings.media_path, ignore_errors=True)
    # The hour bank's log outside of the database, which would remember entries of this test.
    shutil.rmtree(settings.var_path / "bank", ignore_errors=True)


def _reset(settings: Settings) -> None:
    if not settings.database_url.startswith("sqlite"):
        empty_tables()
        return
    db.engine.dispose()
    path = settings.database_url.removeprefix("sqlite:///")
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.copy(f"{path}.template", path)


@pytest.fixture
def database(app: Flask) -> Any:
    """The session of an empty database."""
    return db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor without an account. Sign in with `tests.support.sign_in(client, person)`."""
    return app.test_client()


@pytest.fixture
def tasks(app: Flask) -> RecordedTasks:
    """Background work that was queued; `tasks.run_all()` does it."""
    recorded: RecordedTasks = app.extensions["recorded_tasks"]
    return recorded


@pytest.fixture
def clock() -> Iterator[MovableClock]:
    """A clock standing at 2025-06-02 12:00 in Shanghai until the test moves it."""
    movable = MovableClock(NOON)
    core_clock.set_source(movable)
    yield movable
    core_clock.set_source(None)


@pytest.fixture
def study_policy(tmp_path, monkeypatch):
    """No study policies but those that the test writes with what this returns."""
    folder = tmp_path / "study_policies"
    folder.mkdir()
    monkeypatch.setattr(policies, "FOLDER", folder)
    policies.policies.cache_clear()

    def write(name: str, text: str) -> None:
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        policies.policies.cache_clear()

    yield write
    policies.policies.cache_clear()
