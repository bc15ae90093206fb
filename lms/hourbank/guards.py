"""Triggers that make the ledger append-only on both engines, whoever writes the SQL.

`create_all` runs them after the table is made; a migration runs `statements(dialect)` itself.
"""

from typing import cast

from sqlalchemy import DDL, Table, event

from lms.hourbank.models import LedgerEntry

TABLE = LedgerEntry.__tablename__

SQLITE = tuple(
    f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)

POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION bank_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
    f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION bank_ledger_is_append_only()",
    f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION bank_ledger_is_append_only()",
)


def statements(dialect: str) -> tuple[str, ...]:
    """The statements that guard the ledger on `sqlite` or `postgresql`."""
    return {"sqlite": SQLITE, "postgresql": POSTGRESQL}[dialect]


def _attach() -> None:
    table = cast(Table, LedgerEntry.__table__)
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(dialect):
            event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


_attach()
