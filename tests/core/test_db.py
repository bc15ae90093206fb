import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from lms.core.db import after_commit, db, transaction
from lms.organizations.models import Division
from tests.factories.accounts import province


def _codes():
    return set(db.session.scalars(select(Division.code)))


def test_an_error_undoes_everything_and_sends_nothing(app):
    sent = []

    def fail_late():
        with transaction():
            db.session.add(Division(code="990000", name="某省", parent_code=None))
            after_commit(lambda: sent.append("mail"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    assert _codes() == set()
    assert sent == []


def test_work_for_after_the_commit_sees_what_was_committed(app):
    seen = []
    with transaction():
        db.session.add(Division(code="990000", name="某省", parent_code=None))
        after_commit(lambda: seen.extend(_codes()))
    assert seen == ["990000"]


def test_an_inner_transaction_joins_the_outer(app):
    def fail_in_the_outer():
        with transaction():
            with transaction():
                db.session.add(Division(code="990000", name="某省", parent_code=None))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_in_the_outer()
    assert _codes() == set()


def test_after_commit_without_a_transaction_is_a_mistake_that_shows(app):
    with pytest.raises(RuntimeError, match="outside"):
        after_commit(lambda: None)


def test_writers_that_read_first_wait_for_each_other(app):
    """Read, then write, in eight threads at once: none fails, and no update is lost."""
    province()

    def append_letter():
        with app.app_context():
            assert db.session.get(Division, "370000")
            with transaction():
                division = db.session.get(Division, "370000", with_for_update=True)
                division.name += "x"

    threads = [threading.Thread(target=append_letter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.get(Division, "370000").name == "山东省" + "x" * 8


def test_database_error_does_not_carry_what_was_looked_up(app):
    number = "37110219700101001X"
    with pytest.raises(DBAPIError) as failed:
        db.session.execute(text("SELECT :number FROM no_such_table"), {"number": number})
    assert number not in str(failed.value)
