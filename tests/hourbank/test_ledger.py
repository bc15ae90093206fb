import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.core.db import db
from lms.hourbank import ledger
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


def test_sound_log_has_no_problems(platform):
    platform.post("/credits", credit_body())
    platform.post("/reversals", {"reference": "credit-1", "reason": ""})
    assert ledger.problems() == []


def test_changed_balance_is_found(platform):
    platform.post("/credits", credit_body())
    db.session.execute(text("UPDATE bank_balances SET hours = 900"))
    assert any("balance is not the sum" in line for line in ledger.problems())


def test_entry_written_behind_the_banks_back_is_found(platform):
    platform.post("/credits", credit_body())
    columns = [c.name for c in ledger.LedgerEntry.__table__.columns if c.name != "id"]
    changed = {"number": "'20250602-FORGED'", "source_reference": "'forged'", "hours": "900"}
    values = ", ".join(changed.get(name, name) for name in columns)
    db.session.execute(
        text(f"INSERT INTO {TABLE} ({', '.join(columns)}) SELECT {values} FROM {TABLE}")
    )
    problems = ledger.problems()
    assert any("20250602-FORGED" in line for line in problems)
    assert len(problems) == 2


def test_command_checks_the_log_and_says_what_is_wrong(app, platform):
    platform.post("/credits", credit_body())
    runner = app.test_cli_runner()
    assert runner.invoke(args=["bank", "verify-log"]).exit_code == 0
    db.session.execute(text("UPDATE bank_balances SET hours = 900"))
    db.session.commit()
    result = runner.invoke(args=["bank", "verify-log"])
    assert result.exit_code == 1
    assert "balance" in result.output
