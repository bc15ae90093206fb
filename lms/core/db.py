"""The database: the one place that commits.

Views and tasks write `with transaction():` around one operation. Nothing else commits. What must
happen only after a commit (mail, tasks) is given to `after_commit` and runs once it is durable.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Engine, MetaData, event, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, registry

from lms.core.lean import init_lean

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of every model."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            dict[str, Any]: JSON,
            list[Any]: JSON,
            list[int]: JSON,
            list[str]: JSON,
        },
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate()

if TYPE_CHECKING:

    class Model(Base):
        """What models inherit from, as type checkers see it."""

        __abstract__ = True
else:
    Model = db.Model


def init_db(app: Flask, url: str, migrations: str) -> None:
    """Bind the database at `url` to the application."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    # An error must not carry what was being looked up into the log: it may be an identity number.
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("postgresql"):
        options["pool_pre_ping"] = True
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    migrate.init_app(app, db, directory=migrations, render_as_batch=True)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
        init_lean(app, db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy's own BEGIN is used instead of the driver's, which would start transactions late.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=15000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another wrote in between;
    # one that will write therefore takes the write lock when it begins, and waits its turn.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction() -> Iterator[None]:
    """Run the block as one transaction: commit when it returns, roll back when it raises.

    A transaction inside a transaction joins the outer one. After the outer one's commit, what was
    given to `after_commit` runs.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        yield
        return
    # Reads made so far end here: the write begins on the newest state, under its lock.
    session.rollback()
    session.info["in_transaction"] = True
    session.info["after_commit"] = []
    try:
        session.connection(execution_options={"writes": True})
        yield
        session.commit()
    except BaseException:
        session.rollback()
        session.info["after_commit"] = []
        raise
    finally:
        session.info["in_transaction"] = False
    for callback in session.info.pop("after_commit", []):
        callback()


def hold(row: Model) -> None:
    """Hold a row until the transaction ends, and read it anew.

    Its key alone is selected for update: a record that was loaded with its relations would be
    refreshed with their outer joins, which PostgreSQL cannot lock.
    """
    state = inspect(row)
    keys = state.mapper.primary_key
    same = [key == value for key, value in zip(keys, state.identity or (), strict=True)]
    session = db.session()
    session.execute(select(*keys).where(*same).with_for_update())
    session.refresh(row)


def after_commit(callback: Callable[[], object]) -> None:
    """Run `callback` once the present transaction is committed; never if it is rolled back."""
    session = db.session()
    if not session.info.get("in_transaction"):
        raise RuntimeError("after_commit outside of transaction()")
    session.info["after_commit"].append(callback)
