"""`flask import-people`."""

import pytest

from lms.accounts.models import Person
from lms.core.db import db
from lms.roster.models import RosterImport, RosterRow
from tests.roster.support import manager_of, row, unit_named, workbook


@pytest.fixture
def run(app, unit, tmp_path):
    """Run the command with a workbook of these rows; the result of click."""
    manager_of(unit, username="officer")

    def run(rows, *arguments):
        path = tmp_path / "名单.xlsx"
        path.write_bytes(workbook(rows))
        command = ["import-people", str(path), "--actor", "officer", *arguments]
        result = app.test_cli_runner().invoke(args=command)
        db.session.rollback()
        return result

    return run


def test_it_checks_and_writes_nothing(run):
    result = run([row(1), row(2)])
    assert result.exit_code == 0, result.output
    assert "新增 2" in result.output
    assert db.session.query(Person).filter_by(name=row(1)[0]).count() == 0
    assert db.session.query(RosterRow).count() == 0
    assert not db.session.query(RosterImport).one().has_file


def test_it_applies_what_is_sound_and_fails_for_the_rest(run, tmp_path):
    wrong = row(2, 证件号码=row(2)[2][:17])
    result = run([row(1), wrong], "--apply", "--marked", str(tmp_path / "marked.xlsx"))
    assert result.exit_code == 1, result.output
    assert "第 3 行 C 列（证件号码）" in result.output
    assert wrong[2] not in result.output
    assert "已导入 1 人" in result.output
    assert db.session.query(Person).filter_by(name=row(1)[0]).count() == 1
    assert (tmp_path / "marked.xlsx").read_bytes().startswith(b"PK")


def test_the_unit_must_be_within_reach(run):
    unit_named("别的单位")
    result = run([row(1)], "--unit", "别的单位", "--apply")
    assert result.exit_code == 1
    assert db.session.query(Person).filter_by(name=row(1)[0]).count() == 0


def test_it_says_who_or_what_is_unknown(run, app, tmp_path):
    assert "no unit" in run([row(1)], "--unit", "没有的单位").output
    path = tmp_path / "x.csv"
    path.write_text("%PDF")
    nobody = app.test_cli_runner().invoke(args=["import-people", str(path), "--actor", "nobody"])
    assert nobody.exit_code == 1
