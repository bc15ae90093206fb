"""`flask import-people`."""

import pytest

from lms.accounts.models import Person
from lms.core.db import db
from lms.roster.models import RosterImport, RosterRow
from tests.factories.accounts import identity_number
from tests.roster.support import manager_of, row, unit_named, workbook


@pytest.fixture
def run(app, unit, tmp_path):
    """Run the command with a workbook of these rows; the result of click."""
    manager_of(unit, username="officer", identity_number=identity_number(5001))

    def run(rows, *arguments, actor="officer"):
        path = tmp_path / "名单.xlsx"
        path.write_bytes(workbook(rows))
        command = ["import-people", str(path), "--actor", actor, *arguments]
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
    assert "Row 3, column C (证件号码)" in result.output
    assert wrong[2] not in result.output
    assert "People imported: 1" in result.output
    assert db.session.query(Person).filter_by(name=row(1)[0]).count() == 1
    assert (tmp_path / "marked.xlsx").read_bytes().startswith(b"PK")


def test_the_unit_must_be_within_reach(run):
    unit_named("别的单位")
    result = run([row(1)], "--unit", "别的单位", "--apply")
    assert result.exit_code == 1
    assert db.session.query(Person).filter_by(name=row(1)[0]).count() == 0


def test_it_says_who_or_what_is_unknown(run):
    assert "no organization" in run([row(1)], "--unit", "没有的单位").output
    assert run([row(1)], actor="nobody").exit_code == 1


def test_an_actor_is_named_by_user_name_and_no_number(run):
    refused = run([row(1)], actor=identity_number(5001))
    assert refused.exit_code == 1
    assert "user name" in refused.output
    assert identity_number(5001) not in refused.output
