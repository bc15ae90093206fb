"""Codes and grants end with what allowed them: a new post, another unit, another password."""

import threading
from contextlib import suppress

import pytest
from sqlalchemy import select

from lms.accounts.employments import join_unit
from lms.accounts.models import Person
from lms.accounts.passwords import is_password_right, set_password
from lms.accounts.posts import grant_post
from lms.activation.issuing import chosen_people, issue_codes
from lms.activation.models import CodePurpose, OneTimeCode
from lms.activation.operations import find_grant, prove_code
from lms.core.db import db, transaction
from lms.core.errors import Conflict, NotAllowed
from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from tests.accounts.slow_work import forbid_slow_transactions
from tests.activation.support import NEW, code_for, make_unit, manager_of
from tests.activation.test_views import choose, now, show
from tests.factories import OrganizationFactory, PersonFactory
from tests.factories.accounts import PASSWORD


@pytest.fixture
def person(app, clock):
    return PersonFactory(unit=make_unit(), password=PASSWORD)


def become_officer(person):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    with transaction():
        grant_post(person, bureau, Role.BUREAU_OFFICER)


def move(person):
    unit = make_unit()
    with transaction():
        join_unit(person, unit, None)


def proof_of(person, code):
    with transaction():
        return prove_code(person.username, code)


@pytest.mark.parametrize("change", [become_officer, move])
def test_a_new_post_or_unit_ends_the_codes_of_before(person, change):
    code = code_for(person)
    change(person)
    assert proof_of(person, code).token is None


@pytest.mark.parametrize("change", [become_officer, move])
def test_a_new_post_or_unit_ends_the_grants_of_before(person, change):
    token = proof_of(person, code_for(person)).token
    change(person)
    with pytest.raises(Conflict):
        find_grant(token, CodePurpose.RESET)


def test_codes_issued_while_a_post_is_given_wait_for_it(app, person):
    """Without the wait the new officer's old unit would hold a code for their account."""
    manager_id, person_id = manager_of(person.unit).id, person.id
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)

    def issue():
        with app.app_context(), suppress(NotAllowed), transaction():
            actor = db.session.get_one(Person, manager_id)
            issue_codes(actor, chosen_people(actor, [person_id]))

    other = threading.Thread(target=issue)
    with transaction():
        grant_post(db.session.get_one(Person, person_id), bureau, Role.BUREAU_OFFICER)
        other.start()
        other.join(timeout=0.5)
    other.join()
    db.session.rollback()
    assert db.session.scalars(select(OneTimeCode)).all() == []


def test_a_post_that_is_prolonged_leaves_the_codes_alone(person):
    with transaction():
        grant_post(person, person.unit, Role.UNIT_MANAGER)
    code = code_for(person)
    with transaction():
        grant_post(person, person.unit, Role.UNIT_MANAGER)
    assert proof_of(person, code).token is not None


def test_the_change_of_one_leaves_the_codes_of_others_alone(person):
    other = PersonFactory(unit=make_unit(), password=PASSWORD)
    code = code_for(other)
    become_officer(person)
    assert proof_of(other, code).token is not None


def test_a_grant_ends_when_the_password_is_changed_otherwise(client, person, clock):
    show(client, person.username, code_for(person))
    clock.advance(60)
    with transaction():
        set_password(person, "another maple lantern")
    assert choose(client, address="/reset/password").headers["Location"] == "/reset/code"
    assert is_password_right(now(person), "another maple lantern")


@pytest.mark.parametrize(
    ("password", "address"), [(None, "/activate/password"), (PASSWORD, "/reset/password")]
)
def test_nobody_waits_while_a_password_is_judged_and_hashed(
    client, app, monkeypatch, password, address
):
    person = PersonFactory(unit=make_unit(), password=password)
    show(client, person.username, code_for(person))
    forbid_slow_transactions(monkeypatch)
    assert choose(client, address=address).headers["Location"] == "/me"
    assert is_password_right(now(person), NEW)


def test_a_password_is_not_built_from_the_phone_given_with_it(client, app):
    person = PersonFactory(unit=make_unit())
    show(client, person.username, code_for(person))
    assert choose(client, "13812345098", phone="138 1234 5098").status_code == 422
    assert choose(client, "12345098", phone="138 1234 5098").status_code == 422
    assert not now(person).is_activated
