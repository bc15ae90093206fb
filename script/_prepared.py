"""Remembers that the database is ready, so that a later start need not import the program twice.

Only for the embedded SQLite database, whose migration can be read without the program. Whatever
differs from what was noted (another migration in the database, other migration files, another
demonstration) makes script/server prepare again, which then changes nothing it need not.
"""

import hashlib
import json
import sqlite3
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE = ROOT / "var/lms.sqlite3"
NOTE = ROOT / "var/prepared.json"
CHOOSES_DATABASE = {"LMS_DATABASE_URL", "LMS_VAR_DIR", "LMS_SERVICES"}


def _sources() -> str:
    digest = hashlib.sha256()
    patterns = ("migrations/versions/*.py", "lms/demo*", "lms/demo/**/*.py")
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _database_version() -> str | None:
    """The migration the database stands at; None if there is no such database."""
    if not DATABASE.exists():
        return None
    connection = sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error:
        return None
    finally:
        connection.close()
    return ",".join(sorted(row[0] for row in rows)) or None


def remembered_sign_ins(given_settings: Collection[str]) -> str | None:
    """The demonstration sign-ins, if the database is as it was when they were noted."""
    if CHOOSES_DATABASE & set(given_settings) or not NOTE.exists():
        return None
    try:
        note = json.loads(NOTE.read_text(encoding="utf-8"))
    except ValueError:
        return None
    version = _database_version()
    if version is None or note.get("version") != version or note.get("sources") != _sources():
        return None
    return str(note["sign_ins"])


def remember(sign_ins: str, given_settings: Collection[str]) -> None:
    """Note that the embedded database is ready."""
    version = _database_version()
    if version is None or CHOOSES_DATABASE & set(given_settings):
        NOTE.unlink(missing_ok=True)
        return
    note = {"version": version, "sources": _sources(), "sign_ins": sign_ins}
    partial = NOTE.with_suffix(".partial")
    partial.write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
    partial.replace(NOTE)
