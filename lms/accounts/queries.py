"""Finding people, and what their posts allow."""

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from lms.accounts.models import Person, Post
from lms.accounts.rules import normalize_identity_number
from lms.accounts.vault import vault
from lms.core.db import db
from lms.core.permissions import GRANTS, Permission
from lms.organizations.queries import organization_ids_below


def load_session_person(session_id: str) -> Person | None:
    """The person a session belongs to, or None if the session was ended or the account closed."""
    person_id, _, epoch = session_id.partition(".")
    if not (person_id.isdecimal() and epoch.isdecimal()):
        return None
    person = db.session.get(
        Person, int(person_id), options=[selectinload(Person.posts).joinedload(Post.organization)]
    )
    if person is None or not person.is_active or person.session_epoch != int(epoch):
        return None
    return person


def find_person_to_sign_in(login: str) -> Person | None:
    """The person with this user name or identity number."""
    login = login.strip()
    number_hash = vault().lookup_hash(normalize_identity_number(login))
    query = select(Person).where(or_(Person.username == login, Person.identity_hash == number_hash))
    return db.session.scalar(query)


def permissions_of(person: Person) -> frozenset[Permission]:
    """Every permission that a post in force gives `person` somewhere."""
    granted = (GRANTS[post.role] for post in person.posts if post.is_in_force)
    return frozenset().union(*granted)


def organization_ids_with(person: Person, permission: Permission) -> set[int]:
    """The organizations over which `person` has `permission`: twin of `is_allowed` for lists."""
    ids: set[int] = set()
    for post in person.posts:
        if post.is_in_force and permission in GRANTS[post.role]:
            ids |= organization_ids_below(post.organization)
    return ids


def is_allowed(person: Person, permission: Permission, organization_id: int | None) -> bool:
    """Whether `person` has `permission` over that organization."""
    return organization_id is not None and organization_id in organization_ids_with(
        person, permission
    )
