"""Triggers that keep the audit trail and its seals as they were written, whoever writes the SQL.

`create_all` runs them after each table is made; a migration runs `statements(dialect)` itself.
"""

from typing import cast

from sqlalchemy import DDL, Table, event

from lms.auditing.models import AuditSeal
from lms.core.audit import AuditEvent

TABLES = (cast(Table, AuditEvent.__table__), cast(Table, AuditSeal.__table__))
REFUSAL = "the audit trail is append-only"

_FUNCTION = (
    "CREATE OR REPLACE FUNCTION audit_trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
)


def _sqlite(table: str) -> tuple[str, ...]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        # INSERT OR REPLACE deletes the row that is in its way without asking the trigger above.
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - own names
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}",
    )


def _postgresql(table: str) -> tuple[str, ...]:
    refuse = "EXECUTE FUNCTION audit_trail_is_append_only()"
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT {refuse}",
    )


def table_statements(table: str, dialect: str) -> tuple[str, ...]:
    """The statements that guard one table on `sqlite` or `postgresql`."""
    return _sqlite(table) if dialect == "sqlite" else (_FUNCTION, *_postgresql(table))


def statements(dialect: str) -> tuple[str, ...]:
    """The statements that guard the audit trail on `sqlite` or `postgresql`, each once."""
    every = (each for table in TABLES for each in table_statements(table.name, dialect))
    return tuple(dict.fromkeys(every))


def _attach() -> None:
    for table in TABLES:
        for dialect in ("sqlite", "postgresql"):
            for statement in table_statements(table.name, dialect):
                event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


_attach()
