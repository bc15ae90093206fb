"""Migrations make exactly what the models describe, on both engines, and can be undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from lms.config import ROOT, Settings
from lms.core.db import db
from lms.factory import create_app
from tests.conftest import create_postgresql_database, settings_with

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
    "WHERE NOT tgisinternal ORDER BY tgname",
}


@pytest.fixture
def migrated(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database was made by the migrations alone."""
    url = f"sqlite:///{tmp_path}/migrated.sqlite3"
    if settings.database_url.startswith("postgresql"):
        url = f"{settings.database_url}_migrated"
        create_postgresql_database(url)
    app = create_app(settings_with(tmp_path, url))
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        yield app
        db.engine.dispose()


def _triggers():
    with db.engine.connect() as connection:
        return connection.execute(text(TRIGGERS[db.engine.dialect.name])).all()


def test_there_is_one_head():
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_migrated_database_equals_the_models(migrated):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_migrated_database_has_the_triggers_of_the_models(session_app, migrated):
    made = _triggers()
    with session_app.app_context():
        described = _triggers()
    assert made == described
    assert made


def test_downgrade_leaves_nothing(migrated):
    downgrade(directory=str(ROOT / "migrations"), revision="base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    assert _triggers() == []
