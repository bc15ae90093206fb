"""Runs migrations inside the application: `flask --app app db upgrade`."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection, MetaData

from lms.core.db import db

config = context.config
metadata: MetaData = db.metadata
# Alembic keeps a "%" in an address for itself; doubling it passes one through.
config.set_main_option(
    "sqlalchemy.url", db.engine.url.render_as_string(hide_password=False).replace("%", "%%")
)


def skip_empty(context_: object, revision: object, directives: list) -> None:
    """Write no migration when the models have not changed."""
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def render_item(kind: str, item: object, autogen_context: object) -> object:
    """Write our column types as the plain types they are stored as.

    A migration must not change its meaning when the code does, so it names no class of ours.
    """
    if kind == "type" and type(item).__module__.startswith("lms."):
        plain = item.impl  # type: ignore[attr-defined]
        if type(item).__name__ == "Instant":
            return "sa.DateTime(timezone=True)"
        return f"sa.{plain!r}"
    return False


@contextmanager
def references_unchecked(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild tables that others refer to, and look at every reference afterwards.

    SQLite changes a table by copying it, and dropping the old one would count as deleting its
    rows. The switch does nothing inside a transaction, so it is thrown before one begins.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"migration left references to nothing: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    with db.engine.connect() as connection, references_unchecked(connection):
        context.configure(
            connection=connection,
            target_metadata=metadata,
            process_revision_directives=skip_empty,
            render_item=render_item,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        # SQLite's transactions are begun by the application's own listener; this ends ours.
        if connection.in_transaction():
            connection.commit()


run()
