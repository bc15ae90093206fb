"""Finding people by a number, within the reach of whoever asks."""

from sqlalchemy import select

from lms.accounts.identity import phone_hash
from lms.accounts.models import Person
from lms.accounts.queries import find_by_identity
from lms.accounts.rules import is_phone, normalize_phone
from lms.core.db import db
from lms.core.permissions import Permission
from lms.memberships.queries import is_in_reach
from lms.memberships.request_queries import may_answer, open_request

_MOST = 30


def is_number(text: str) -> bool:
    """Whether it looks like a number of somebody, which must not get into an address.

    Rather too often than too seldom: no name holds a digit.
    """
    return any(character.isdigit() for character in text)


def find_by_number(actor: Person, text: str) -> list[Person]:
    """Who has this identity number or phone, of those whom `actor` may see."""
    return [
        person
        for person in _with_number(text)
        if is_in_reach(actor, person, Permission.PEOPLE_PERSON_READ)
    ]


def find_waiting(actor: Person, text: str) -> bool:
    """Whether somebody with this number waits for a decision of `actor`."""
    waiting = (open_request(person) for person in _with_number(text))
    return any(request is not None and may_answer(actor, request) for request in waiting)


def _with_number(text: str) -> list[Person]:
    person = find_by_identity(text)
    if person is not None:
        return [person]
    phone = normalize_phone(text)
    if not is_phone(phone):
        return []
    same = select(Person).where(Person.phone_hash == phone_hash(phone))
    return list(db.session.scalars(same.order_by(Person.id).limit(_MOST)))
