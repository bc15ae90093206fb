"""Authenticator apps: a code is good once, within a step of now, for its own person."""

import pytest
from cryptography.exceptions import InvalidTag

from lms.accounts.models import Person
from lms.accounts.sessions import begin_session, end_sessions
from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid
from lms.second_factor.models import TotpDevice
from lms.second_factor.operations import remove_totp, set_up_totp
from lms.second_factor.queries import factors_of, has_factor
from lms.second_factor.totp import (
    SETUP_FOR,
    provisioning_uri,
    secret_of,
    start_totp,
    totp_in_setup,
    use_totp,
)
from tests.factories import PersonFactory
from tests.second_factor.support import STEP_SECONDS, code_of, devices_of, give_totp
from tests.security.support import at_once


def _use(person, code):
    with transaction():
        return use_totp(person.id, code)


def test_a_code_is_good_once(person, clock):
    secret, _codes = give_totp(person)
    clock.advance(STEP_SECONDS)
    code = code_of(secret)
    assert _use(person, code)
    assert not _use(person, code)


def test_the_code_that_finished_the_setup_is_used_up(person):
    secret, _codes = give_totp(person)
    assert not _use(person, code_of(secret))


@pytest.mark.parametrize(
    ("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_is_good_within_one_step_of_now(person, clock, steps, is_good):
    secret, _codes = give_totp(person)
    clock.advance(10 * STEP_SECONDS)
    assert _use(person, code_of(secret, steps)) is is_good


def test_an_older_code_is_refused_after_a_newer_one(person, clock):
    secret, _codes = give_totp(person)
    clock.advance(10 * STEP_SECONDS)
    assert _use(person, code_of(secret, 1))
    assert not _use(person, code_of(secret, 0))


def test_of_many_requests_with_one_code_one_passes(app, person, clock):
    secret, _codes = give_totp(person)
    clock.advance(STEP_SECONDS)
    code, person_id = code_of(secret), person.id

    def use():
        with app.app_context():
            return _use_by_id(person_id, code)

    assert sorted(at_once([use] * 8)) == [False] * 7 + [True]


def _use_by_id(person_id, code):
    try:
        with transaction():
            return use_totp(person_id, code)
    finally:
        db.session.remove()


def test_a_code_of_another_person_is_refused(person, clock):
    secret, _codes = give_totp(PersonFactory())
    give_totp(person)
    clock.advance(STEP_SECONDS)
    assert not _use(person, code_of(secret))


def test_nothing_is_set_up_before_a_code_proves_it(person):
    with transaction():
        begin_session(person)
        secret = secret_of(start_totp(person))
    assert not has_factor(person.id)
    assert not _use(person, code_of(secret))
    with pytest.raises(Invalid) as refused, transaction():
        set_up_totp(person, "000000" if code_of(secret) != "000000" else "111111")
    assert refused.value.field == "code"
    assert not has_factor(person.id)


def test_a_setup_ends_after_a_while(person, clock):
    with transaction():
        begin_session(person)
        secret = secret_of(start_totp(person))
    clock.advance(SETUP_FOR.total_seconds())
    assert totp_in_setup(person) is None
    with pytest.raises(Conflict), transaction():
        set_up_totp(person, code_of(secret))


def test_nothing_is_set_up_in_a_session_that_was_ended_meanwhile(person):
    """Whoever ended it may have taken the account out of the hands that are setting it up."""
    with transaction():
        begin_session(person)
        secret = secret_of(start_totp(person))
        end_sessions(person, None)
    with pytest.raises(Conflict), transaction():
        set_up_totp(person, code_of(secret))
    assert not has_factor(person.id)


def test_starting_again_makes_another_secret(person):
    with transaction():
        first = secret_of(start_totp(person))
    with transaction():
        second = secret_of(start_totp(person))
    assert first != second
    assert len(devices_of(person)) == 1


def test_another_app_takes_the_place_of_the_first(person, clock):
    old, _codes = give_totp(person)
    clock.advance(STEP_SECONDS)
    new, codes = give_totp(person)
    clock.advance(STEP_SECONDS)
    assert codes == []  # The recovery codes stay.
    assert not _use(person, code_of(old))
    assert _use(person, code_of(new))


def test_the_first_app_stays_in_use_while_another_is_set_up(person, clock):
    secret, _codes = give_totp(person)
    with transaction():
        start_totp(person)
    clock.advance(STEP_SECONDS)
    assert _use(person, code_of(secret))


def test_the_secret_is_encrypted_and_bound_to_its_record(person):
    secret, _codes = give_totp(person)
    other = PersonFactory()
    give_totp(other)
    [device], [others] = devices_of(person), devices_of(other)
    assert secret.encode() not in device.secret_cipher
    others.secret_cipher = device.secret_cipher
    with pytest.raises(InvalidTag):
        secret_of(others)


def test_the_code_for_the_app_names_site_and_account(person):
    with transaction():
        device = start_totp(person)
    uri = provisioning_uri(person, device)
    assert uri.startswith("otpauth://totp/")
    assert person.username in uri
    assert person.identity_tail not in uri


def test_removing_it_removes_the_recovery_codes(person):
    give_totp(person)
    with transaction():
        remove_totp(person)
    assert factors_of(person.id).count == 0
    assert factors_of(person.id).codes_left == 0


def test_what_is_done_is_recorded_without_any_secret(person):
    secret, codes = give_totp(person)
    with transaction():
        remove_totp(person)
    events = db.session.query(AuditEvent).filter(AuditEvent.tag.startswith("accounts:factor:"))
    events = events.order_by(AuditEvent.id)
    said = [(event.tag, event.actor_id, event.detail["factor"]) for event in events]
    assert said == [
        ("accounts:factor:add", person.id, "totp"),
        ("accounts:factor:add", person.id, "recovery_code"),
        ("accounts:factor:remove", person.id, "totp"),
    ]
    written = " ".join(str(event.detail) for event in events)
    assert not any(word in written for word in (secret, *codes))


def test_two_tabs_that_begin_at_once_leave_one_setup(app, person):
    person_id = person.id

    def begin():
        with app.app_context():
            return _start_by_id(person_id)

    at_once([begin] * 4)
    assert db.session.query(TotpDevice).count() == 1


def _start_by_id(person_id):
    try:
        with transaction():
            return start_totp(db.session.get_one(Person, person_id)).id
    finally:
        db.session.remove()
