"""Changing one's own password while something else happens to it."""

import pytest

from lms.accounts import security_views
from lms.accounts.confirmation import confirm_password
from lms.accounts.models import Person
from lms.accounts.passwords import is_password_right, set_password
from lms.accounts.security_operations import change_username
from lms.core.db import db, transaction
from lms.core.errors import Invalid
from tests.accounts.slow_work import forbid_slow_transactions
from tests.accounts.test_passwords import NEW, change
from tests.factories import PersonFactory
from tests.factories.accounts import PASSWORD
from tests.support import sign_in

OTHER = "another maple lantern"


def _confirm_and_be_overtaken(own, password):
    stored = confirm_password(own, password)
    with transaction():
        set_password(db.session.get_one(Person, own.id), OTHER)
    return stored


def test_a_password_that_was_changed_meanwhile_is_not_overwritten(app, client, monkeypatch):
    """Of two changes at once the second judged a password that is no more."""
    person = PersonFactory(password=PASSWORD)
    sign_in(client, person)
    monkeypatch.setattr(security_views, "confirm_password", _confirm_and_be_overtaken)
    assert change(client).status_code == 422
    assert is_password_right(db.session.get_one(Person, person.id), OTHER)


def test_a_user_name_does_not_change_with_a_password_that_is_no_more(app, client, monkeypatch):
    person = PersonFactory(password=PASSWORD, username="before")
    sign_in(client, person)
    monkeypatch.setattr(security_views, "confirm_password", _confirm_and_be_overtaken)
    form = {"username": "after", "present": PASSWORD}
    assert client.post("/me/security/username", data=form).status_code == 422
    assert db.session.get_one(Person, person.id).username == "before"


def test_nobody_waits_while_a_password_is_judged_and_hashed(app, client, monkeypatch):
    person = PersonFactory(password=PASSWORD)
    sign_in(client, person)
    forbid_slow_transactions(monkeypatch)
    assert change(client).status_code == 302
    assert is_password_right(db.session.get_one(Person, person.id), NEW)


@pytest.mark.parametrize(
    "name", ["h12345678", "M1234567802", "e12345678", "ＥＡ1234567", "g1 2 3 4 5"]
)
def test_a_user_name_looks_like_nobodys_number(app, name):
    """With it somebody else's number would find this account, and send their codes astray."""
    person = PersonFactory()
    with pytest.raises(Invalid) as refusal, transaction():
        change_username(person, person.password_hash, name)
    assert refusal.value.field == "username"


@pytest.mark.parametrize("name", ["wang", "wang.gang-1988", "wanglei1988", "linxd"])
def test_an_ordinary_user_name_is_taken(app, name):
    person = PersonFactory()
    with transaction():
        change_username(person, person.password_hash, name)
    assert person.username == name
