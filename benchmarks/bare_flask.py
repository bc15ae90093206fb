"""What key release is measured against: a Flask route that does one UPDATE and nothing else.

Served by granian as benchmarks.bare_flask:app; the database is LMS_DATABASE_URL.
"""

import os
import sqlite3
import threading
from typing import Any

import psycopg
from flask import Flask

URL = os.environ["LMS_DATABASE_URL"]
UPDATE = (
    "UPDATE study_clocks SET high_water = high_water + 1 WHERE person_id = {0} AND high_water = {0}"
)

app = Flask(__name__)
_local = threading.local()


def _connection() -> Any:
    found = getattr(_local, "connection", None)
    if found is None:
        found = _local.connection = _connect()
    return found


def _connect() -> Any:
    if not URL.startswith("sqlite"):
        return psycopg.connect(URL.replace("postgresql+psycopg", "postgresql"), autocommit=True)
    connection = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None, timeout=15)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


SQL = UPDATE.format("?" if URL.startswith("sqlite") else "%s")


@app.get("/keys/<person>/<int:window>")
def update(person: str, window: int) -> tuple[str, int]:
    """Move the mark of one learner on by one."""
    changed = _connection().execute(SQL, (int(person), window)).rowcount
    return "0123456789abcdef", 200 if changed else 409
