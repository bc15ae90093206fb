"""Passwords: hashed with argon2id, compared in the same time whether or not there is one."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.accounts.models import Person
from lms.core import clock

_hasher = PasswordHasher()
# Verified when there is no such account, so that both answers take the same time.
_NOBODYS_HASH = _hasher.hash(secrets.token_hex(16))


def set_password(person: Person, password: str) -> None:
    """Keep a new password. Whether it is good enough is asked before."""
    person.password_hash = _hasher.hash(password)
    person.password_set_at = clock.now()


def is_password_right(person: Person | None, password: str) -> bool:
    """Whether it is the person's password; False for nobody and for accounts without one."""
    stored = person.password_hash if person and person.password_hash else _NOBODYS_HASH
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
