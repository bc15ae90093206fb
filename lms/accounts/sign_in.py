"""Signing in by user name, identity number or phone, and a password."""

import datetime as dt

from lms.accounts.models import Person
from lms.accounts.passwords import is_password_right
from lms.accounts.queries import find_person_to_sign_in
from lms.accounts.session_models import SignInThrottle
from lms.accounts.vault import vault
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db

FREE_TRIES = 5
LONGEST_BLOCK = dt.timedelta(minutes=15)


def sign_in(login: str, password: str) -> Person | None:
    """The person, or None for a wrong login, a wrong password or an account that must wait.

    Wrong passwords after the fifth block the login for a doubling time of at most 15 minutes,
    whether or not it is anybody's; the answer never tells which of the three it was.
    """
    person = find_person_to_sign_in(login)
    key = f"person:{person.id}" if person else f"login:{vault().lookup_hash(login.strip())}"
    throttle = db.session.get(SignInThrottle, key)
    is_right = is_password_right(person, password)
    if _is_blocked(throttle):
        return None
    if person is None or not is_right or not person.is_active:
        _note_failure(throttle or SignInThrottle(key=key, failures=0), person)
        return None
    if throttle is not None:
        db.session.delete(throttle)
    record(
        AuditTag.ACCOUNTS_PERSON_SIGN_IN,
        person.id,
        f"person:{person.id}",
        organization_id=person.unit_id,
    )
    return person


def _is_blocked(throttle: SignInThrottle | None) -> bool:
    until = throttle.blocked_until if throttle else None
    return until is not None and clock.now() < until


def _note_failure(throttle: SignInThrottle, person: Person | None) -> None:
    throttle.failures += 1
    throttle.last_failed_at = clock.now()
    over = throttle.failures - FREE_TRIES
    if over >= 0:
        block = min(dt.timedelta(seconds=30 * 2 ** min(over, 10)), LONGEST_BLOCK)
        throttle.blocked_until = clock.now() + block
    db.session.add(throttle)
    if person is not None:
        record(
            AuditTag.ACCOUNTS_PERSON_SIGN_IN_FAIL,
            None,
            f"person:{person.id}",
            organization_id=person.unit_id,
        )
