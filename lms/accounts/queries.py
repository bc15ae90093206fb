"""Finding people, and what their posts allow."""

from collections.abc import Iterable

from sqlalchemy import Select, select

from lms.accounts.enums import IdentityKind, PersonState
from lms.accounts.identity import identity_hash, phone_hash
from lms.accounts.models import Person
from lms.accounts.rules import (
    is_identity_number,
    is_phone,
    normalize_identity_number,
    normalize_phone,
    normalize_username,
)
from lms.accounts.vault import vault
from lms.core.db import db
from lms.core.permissions import APART, GRANTS, Permission
from lms.organizations.models import Organization
from lms.organizations.queries import is_in_charge

# Anybody may register, with a phone or number that may be somebody else's.
_UNAPPROVED = (PersonState.PENDING, PersonState.REFUSED)


def find_person_to_sign_in(login: str) -> Person | None:
    """The person with this user name, identity number, or phone that nobody else has."""
    return find_by_username(login) or find_by_identity(login) or _find_by_phone(login)


def find_by_username(text: str) -> Person | None:
    """The person with this user name.

    What commands use: identity numbers are no arguments, which stay in the history of the shell.
    """
    return db.session.scalar(select(Person).where(Person.username == normalize_username(text)))


def login_keys(login: str) -> list[str]:
    """Under what names tries with this login are counted: one for each way it would be found.

    Two spellings that find the same account share a name, whether or not there is the account.
    """
    forms = [f"username:{normalize_username(login)}", *_identity_hashes(login)]
    if is_phone(normalize_phone(login)):
        forms.append(phone_hash(normalize_phone(login)))
    return [f"login:{vault().lookup_hash(form)}" for form in forms]


def find_by_identity(text: str, kind: IdentityKind | None = None) -> Person | None:
    """The person with this number, of any kind of document unless `kind` says which.

    A number may be well formed for several kinds (a passport's may look like a permit's); a person
    is told only if it is one person's.
    """
    hashes = _identity_hashes(text, IdentityKind if kind is None else (kind,))
    return _only(select(Person).where(Person.identity_hash.in_(hashes)))


def _identity_hashes(text: str, kinds: Iterable[IdentityKind] = IdentityKind) -> list[str]:
    numbers = [(normalize_identity_number(text, kind), kind) for kind in kinds]
    return [identity_hash(*pair) for pair in numbers if is_identity_number(*pair)]


def _find_by_phone(text: str) -> Person | None:
    phone = normalize_phone(text)
    if not is_phone(phone):
        return None
    return _only(select(Person).where(Person.phone_hash == phone_hash(phone)))


def _only(query: Select[Person]) -> Person | None:
    """The one that is found; whoever is not approved counts only where nobody is."""
    for each in (query.where(Person.state.not_in(_UNAPPROVED)), query):
        found = list(db.session.scalars(each.limit(2)))
        if found:
            return found[0] if len(found) == 1 else None
    return None


def permissions_of(person: Person) -> frozenset[Permission]:
    """Every permission that a post in force gives `person` somewhere."""
    granted = (GRANTS[post.role] for post in person.posts if post.is_in_force)
    return frozenset().union(*granted)


def organizations_with(person: Person, permission: Permission) -> Select[int]:
    """The ids of the organizations over which `person` has `permission`, to select from.

    The filter of lists: `column.in_(organizations_with(…))`. Its twin for one is `is_allowed`.
    """
    superiors = [
        post.organization
        for post in person.posts
        if post.is_in_force and permission in GRANTS[post.role]
    ]
    return select(Organization.id).where(is_in_charge(superiors))


def is_allowed(person: Person, permission: Permission, organization_id: int | None) -> bool:
    """Whether `person` has `permission` over that organization."""
    if organization_id is None or permission not in permissions_of(person):
        return False
    query = organizations_with(person, permission).where(Organization.id == organization_id)
    return db.session.scalar(query) is not None


def is_over_posts(actor: Person, person: Person, permission: Permission) -> bool:
    """Whether `actor` has `permission` wherever `person` has a say; true of whoever has none.

    To be asked before anything that opens or closes an account: with it go all its posts, and a
    unit must not get at those of an officer above it, nor officers at the auditor beside them.
    """
    own = {post.organization_id for post in actor.posts if post.is_in_force}
    return all(
        is_allowed(actor, permission, post.organization_id)
        and not (post.role in APART and post.organization_id in own)
        for post in person.posts
        if post.is_in_force
    )
