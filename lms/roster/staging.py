"""Rows that an import makes ready: put into the database in bulk, and removed again."""

from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from lms.core.db import db, transaction
from lms.roster.models import RosterProblem, RosterRow, place_of

_REMOVED_AT_ONCE = 5000

Staged = type[RosterRow] | type[RosterProblem]


def stage_rows(model: Staged, rows: list[dict[str, Any]]) -> None:
    """Insert rows that name the same columns."""
    if not rows:
        return
    table: Table = model.__table__  # type: ignore[assignment]
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        _copy_rows(connection, table, rows)
    else:
        connection.execute(insert(table), rows)


def _copy_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """COPY takes a fraction of what as many INSERTs do, of which a bad file needs 700,000."""
    kinds = [table.c[name].type.dialect_impl(connection.dialect) for name in rows[0]]
    columns = [
        (name, kind.bind_processor(connection.dialect) or _as_it_is)
        for name, kind in zip(rows[0], kinds, strict=True)
    ]
    statement = f"COPY {table.name} ({', '.join(rows[0])}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([prepare(row[name]) for name, prepare in columns])


def _as_it_is(value: Any) -> Any:
    return value


def clear_rows(import_id: int, *models: Staged) -> None:
    """Remove what was staged for an import, a part at a time so that nobody waits long."""
    for model in models:
        is_row = model is RosterRow
        key = RosterRow.row_number if is_row else RosterProblem.place
        step = _REMOVED_AT_ONCE if is_row else place_of(_REMOVED_AT_ONCE, 0)
        mine = model.import_id == import_id
        last = db.session.scalar(select(func.max(key)).where(mine))
        # By ranges: asking for the first thousands again would wade through those just removed.
        for start in range(0, (last or -1) + 1, step):
            with transaction():
                some = delete(model).where(mine, key >= start, key < start + step)
                db.session.execute(some.execution_options(synchronize_session=False))
