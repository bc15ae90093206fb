import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.core.db import db
from lms.hourbank.guards import TABLES, table_statements
from tests.hourbank.support import credit_body

TABLE = "bank_ledger_entries"


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET hours = 900",
        f"UPDATE {TABLE} SET leaf_hash = '' WHERE year = 2025",
        f"DELETE FROM {TABLE}",
    ],
)
def test_ledger_refuses_change_and_deletion_by_plain_sql(platform, statement):
    platform.post("/credits", credit_body())
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert db.session.execute(text(f"SELECT hours FROM {TABLE}")).scalars().all() == [25]


def test_both_engines_have_guards():
    for table in TABLES:
        assert all("append-only" in each for each in table_statements(table, "sqlite"))
        assert any("OR DELETE" in each for each in table_statements(table, "postgresql"))
