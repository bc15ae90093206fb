"""Signing in by user name, identity number or phone, and a password."""

from dataclasses import dataclass

from lms.accounts.known_devices import Device
from lms.accounts.models import Person
from lms.accounts.passwords import fresh_hash, is_hash_of
from lms.accounts.posts import own_organization_id
from lms.accounts.queries import find_person_to_sign_in, login_keys
from lms.accounts.sessions import begin_session
from lms.accounts.throttles import PASSWORD_PACE, give_back, take_try
from lms.core.audit import AuditTag, record
from lms.core.db import db, transaction


@dataclass(frozen=True)
class SignIn:
    """How it ended. Without a person: `was_checked` tells a wrong password from a try in a wait.

    `wait_seconds` is how long the next try must wait (0: not at all). Neither tells whether there
    is such an account.
    """

    person: Person | None
    wait_seconds: int = 0
    was_checked: bool = True


def sign_in(
    login: str,
    password: str,
    device: Device | None = None,
    address: str | None = None,
    agent: str = "",
) -> SignIn:
    """Begin a session of the person with this login and password.

    Unknown logins, wrong passwords and closed accounts are refused alike, and so is the right
    password during a wait. The try is counted in a transaction of its own before the password is
    looked at: hashing takes a tenth of a second, in which nobody else's writing should wait.
    """
    with transaction():
        person = find_person_to_sign_in(login)
        tried = take_try(_throttle_keys(login, person, device), PASSWORD_PACE)
        stored = person.password_hash if person and person.is_active else None
        person_id = person.id if person else None
    if not tried.is_admitted:
        return SignIn(None, tried.wait_seconds, was_checked=False)
    is_right = is_hash_of(stored, password)
    newer = fresh_hash(stored, password) if is_right else None
    with transaction():
        admitted = _still_right(person_id, stored) if is_right else None
        if admitted is None:
            _note_failure(person_id)
            return SignIn(None, tried.wait_seconds)
        admitted.password_hash = newer or stored
        give_back(tried)
        begin_session(admitted, address, agent)
        _record(AuditTag.ACCOUNTS_PERSON_SIGN_IN, admitted.id, admitted)
    return SignIn(admitted)


def _throttle_keys(login: str, person: Person | None, device: Device | None) -> list[str]:
    if person is None:
        return login_keys(login)
    if device is not None and device.knows(person.id):
        return [device.throttle_key(person.id)]
    # The login counts besides the account: so one that is somebody's waits as one that is not.
    return [*login_keys(login), f"person:{person.id}"]


def _still_right(person_id: int | None, stored: str | None) -> Person | None:
    """The person, unless closed or given another password while this one was looked at."""
    if person_id is None:
        return None
    person = db.session.get_one(Person, person_id, with_for_update=True)
    return person if person.is_active and person.password_hash == stored else None


def _note_failure(person_id: int | None) -> None:
    if person_id is not None:
        person = db.session.get_one(Person, person_id)
        _record(AuditTag.ACCOUNTS_PERSON_SIGN_IN_FAIL, None, person)
    else:
        # Only from where: what was typed may be a number or, in the wrong field, a password.
        record(AuditTag.ACCOUNTS_PERSON_SIGN_IN_FAIL, None, "login:unknown")


def _record(tag: AuditTag, actor_id: int | None, person: Person) -> None:
    where = own_organization_id(person)
    record(tag, actor_id, f"person:{person.id}", organization_id=where)
