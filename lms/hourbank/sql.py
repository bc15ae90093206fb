"""Statements over many rows at once, past the ORM, the same for both engines.

The rows travel as one JSON text and become a table inside the statement: so a batch costs as many
statements as a single credit does.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from lms.core.db import db
from lms.core.lean import LeanConnection

_NAME = re.compile(r":([a-z_]+)")
_ROW_LOCK = re.compile(r"\bFOR UPDATE OF \w+")
Row = Mapping[str, Any]
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Statement:
    """A statement with :names, and with {rows} where the table `r` of these columns belongs.

    Columns are named with PostgreSQL's types. Row locks are left out for SQLite, whose writers
    queue.
    """

    def __init__(self, text: str, **columns: str) -> None:
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        taken = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
        postgresql = text.replace("{rows}", f"json_to_recordset(CAST(:rows AS json)) AS r({typed})")
        # A statement in a pipeline cannot be asked whether it returns rows: it may not be sent yet.
        self.returns_rows = text.startswith("SELECT") or "RETURNING" in text
        self.texts = {
            "postgresql": _NAME.sub(r"%(\1)s", postgresql),
            "sqlite": _ROW_LOCK.sub("", text).replace(
                "{rows}",
                f"(SELECT {taken} FROM json_each(:rows)) AS r",  # noqa: S608 - own names
            ),
        }


class Sql:
    """Runs statements in a transaction that somebody else began and will end."""

    def __init__(self, dialect: str, execute: Callable[[str, Row], Any]) -> None:
        self._dialect = dialect
        self._execute = execute

    @classmethod
    def of_session(cls) -> "Sql":
        """In the transaction of the present session."""
        connection: Connection = db.session.connection()
        return cls(connection.dialect.name, connection.exec_driver_sql)

    @classmethod
    def of_lean(cls, dialect: str, connection: LeanConnection) -> "Sql":
        """In the transaction of a lean connection."""
        return cls(dialect, connection.driver.execute)

    def run(self, statement: Statement, rows: Sequence[Row] = (), **values: Any) -> list[Any]:
        """What the statement returns, in tuples."""
        return self.send(statement, rows, **values)()

    def send(
        self, statement: Statement, rows: Sequence[Row] = (), **values: Any
    ) -> Callable[[], list[Any]]:
        """Send a statement; calling what this returns waits for its rows.

        In a pipeline (LeanConnection.pipeline) further statements may be sent before.
        """
        sent = self._execute(statement.texts[self._dialect], {"rows": _encode(rows), **values})
        return sent.fetchall if statement.returns_rows else list

    def instant(self, instant: dt.datetime) -> str:
        """An aware instant as a row's JSON carries it into a column of type Instant."""
        utc = instant.astimezone(dt.UTC)
        if self._dialect == "sqlite":
            return utc.strftime("%Y-%m-%d %H:%M:%S.%f")
        return utc.isoformat()

    def read_instant(self, value: Any) -> dt.datetime:
        """The instant that a column of type Instant holds."""
        if isinstance(value, dt.datetime):
            return value
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
