"""Making people, signing them in, and the one way to a whole identity number."""

import datetime as dt
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.models import IdentityKind, Person, Post
from lms.accounts.queries import find_person_to_sign_in, is_allowed
from lms.accounts.rules import is_resident_number, normalize_identity_number
from lms.accounts.vault import vault
from lms.core import clock
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.permissions import Permission, Role
from lms.organizations.models import Organization

_hasher = PasswordHasher()
# Verified when there is no such account, so that both answers take the same time.
_NOBODYS_HASH = _hasher.hash(secrets.token_hex(16))
FREE_TRIES = 5
LONGEST_BLOCK = dt.timedelta(minutes=15)


def create_person(
    *,
    name: str,
    identity_number: str,
    unit: Organization | None,
    username: str | None = None,
    password: str | None = None,
    email: str | None = None,
    profession: str | None = None,
) -> Person:
    """Make an account. Raises Invalid for a wrong number, Conflict if it is registered already."""
    number = normalize_identity_number(identity_number)
    if not is_resident_number(number):
        raise Invalid(_l("身份证号码不正确，请核对 18 位号码。"), field="identity_number")
    number_hash = vault().lookup_hash(number)
    if db.session.scalar(select(Person.id).where(Person.identity_hash == number_hash)):
        raise Conflict(_l("该身份证号码已注册。"), field="identity_number")
    record_key = secrets.token_hex(16)
    person = Person(
        record_key=record_key,
        name=name,
        username=username,
        password_hash=_hasher.hash(password) if password else None,
        identity_kind=IdentityKind.RESIDENT,
        identity_cipher=vault().encrypt(number, f"person:{record_key}"),
        identity_hash=number_hash,
        identity_tail=number[-4:],
        unit=unit,
        email=email,
        profession=profession,
    )
    db.session.add(person)
    db.session.flush()
    record(AuditTag.ACCOUNTS_PERSON_CREATE, None, f"person:{person.id}")
    return person


def grant_post(person: Person, organization: Organization, role: Role) -> Post:
    """Give `person` a role in `organization` from today on."""
    post = Post(person=person, organization=organization, role=role, starts_on=clock.today())
    db.session.add(post)
    return post


def sign_in(login: str, password: str) -> Person | None:
    """The person, or None for a wrong login, a wrong password or an account that must wait.

    Wrong passwords after the fifth block the account for a doubling time of at most 15 minutes;
    the answer never tells which of the three it was.
    """
    person = find_person_to_sign_in(login)
    if not _is_password_right(person, password) or person is None:
        if person is not None:
            _note_failure(person)
        return None
    if not person.is_active or _is_blocked(person):
        return None
    person.failed_sign_ins = 0
    person.sign_in_blocked_until = None
    record(AuditTag.ACCOUNTS_PERSON_SIGN_IN, person.id, f"person:{person.id}")
    return person


def _is_password_right(person: Person | None, password: str) -> bool:
    stored = person.password_hash if person and person.password_hash else _NOBODYS_HASH
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _is_blocked(person: Person) -> bool:
    until = person.sign_in_blocked_until
    return until is not None and clock.now() < until


def _note_failure(person: Person) -> None:
    if _is_blocked(person):
        return
    person.failed_sign_ins += 1
    over = person.failed_sign_ins - FREE_TRIES
    if over >= 0:
        block = min(dt.timedelta(seconds=30 * 2 ** min(over, 10)), LONGEST_BLOCK)
        person.sign_in_blocked_until = clock.now() + block
    record(AuditTag.ACCOUNTS_PERSON_SIGN_IN_FAIL, None, f"person:{person.id}")


def sign_out_everywhere(person: Person) -> None:
    """End every session of `person`."""
    person.session_epoch += 1
    record(AuditTag.ACCOUNTS_PERSON_SIGN_OUT, person.id, f"person:{person.id}")


def identity_number_for_bank(person: Person) -> str:
    """The whole number, for the delivery of hours to the bank and for nothing else."""
    return vault().decrypt(person.identity_cipher, f"person:{person.record_key}")


def require(actor: Person, permission: Permission, organization_id: int | None) -> None:
    """Raise NotAllowed unless `actor` has `permission` over the organization."""
    if not is_allowed(actor, permission, organization_id):
        raise NotAllowed()
