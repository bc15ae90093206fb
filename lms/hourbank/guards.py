"""Triggers that make ledger and log append-only on both engines, whoever writes the SQL.

`create_all` runs them after each table is made; a migration runs statements of its own.
"""

from typing import cast

from sqlalchemy import DDL, Table, event

from lms.hourbank.log.models import LogLeaf, LogNode, TreeHead
from lms.hourbank.models import LedgerEntry

MODELS = (LedgerEntry, LogLeaf, LogNode, TreeHead)
TABLES = tuple(cast(Table, model.__table__) for model in MODELS)
REFUSAL = "the ledger is append-only"

_FUNCTION = (
    "CREATE OR REPLACE FUNCTION bank_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
)


def _sqlite(table: Table) -> tuple[str, ...]:
    name, refuse = table.name, f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    same = " AND ".join(f"{column.name} = NEW.{column.name}" for column in table.primary_key)
    return (
        f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} {refuse}",
        f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {refuse}",
        # INSERT OR REPLACE deletes the row that is in its way without asking the trigger above.
        f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} "  # noqa: S608 - own names
        f"WHEN EXISTS (SELECT 1 FROM {name} WHERE {same}) {refuse}",
    )


def _postgresql(table: Table) -> tuple[str, ...]:
    refuse = "EXECUTE FUNCTION bank_ledger_is_append_only()"
    return (
        _FUNCTION,
        f"CREATE TRIGGER {table.name}_append_only BEFORE UPDATE OR DELETE ON {table.name} "
        f"FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table.name}_no_truncate BEFORE TRUNCATE ON {table.name} "
        f"FOR EACH STATEMENT {refuse}",
    )


def table_statements(table: Table, dialect: str) -> tuple[str, ...]:
    """The statements that guard one table on `sqlite` or `postgresql`."""
    return {"sqlite": _sqlite, "postgresql": _postgresql}[dialect](table)


def _attach() -> None:
    for table in TABLES:
        for dialect in ("sqlite", "postgresql"):
            for statement in table_statements(table, dialect):
                event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


_attach()
