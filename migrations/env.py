"""Runs migrations inside the application: `flask --app app db upgrade`."""

from alembic import context
from flask import current_app
from sqlalchemy import MetaData

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


def run() -> None:
    with db.engine.connect() as connection:
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
