"""The schema of test databases: made once a session, emptied between tests."""

from sqlalchemy import inspect, text

from lms.core.db import Base, db


def create_schema() -> None:
    """Create every table, trigger and index of the models."""
    Base.metadata.drop_all(db.engine)
    Base.metadata.create_all(db.engine)


def empty_tables() -> None:
    """Empty every table of a PostgreSQL database, whatever triggers guard it."""
    names = ", ".join(f'"{table}"' for table in inspect(db.engine).get_table_names())
    with db.engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        connection.execute(text("SET session_replication_role = DEFAULT"))
