"""Finding whom to give a post, without handing out the names of strangers.

A candidate is named to the next step by a signed token and not by an id: otherwise whoever gives
posts could try one id after another and read the names.
"""

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from lms.accounts.enums import PersonState
from lms.accounts.models import Person
from lms.accounts.queries import find_by_identity, find_by_username
from lms.accounts.rules import normalize_name
from lms.core.db import db
from lms.organizations.models import Organization

VALID_SECONDS = 15 * 60
MOST_SHOWN = 20


def find_candidates(organization: Organization, text: str) -> list[Person]:
    """Active people with a password: the one of this user name or identity number, else those of
    the organization whose name begins so.
    """
    found = find_by_username(text) or find_by_identity(text)
    if found is not None:
        may_act = found.state is PersonState.ACTIVE and found.is_activated
        return [found] if may_act else []
    name = normalize_name(text)
    if not name:
        return []
    query = select(Person).where(
        Person.unit_id == organization.id,
        Person.state == PersonState.ACTIVE,
        Person.password_hash.is_not(None),
        Person.name.startswith(name, autoescape=True),
    )
    return list(db.session.scalars(query.order_by(Person.name, Person.id).limit(MOST_SHOWN)))


def sign_candidate(actor: Person, organization: Organization, person: Person) -> str:
    """A token that stands for `person` in what `actor` does next in this organization."""
    return _serializer().dumps([actor.id, organization.id, person.id])


def read_candidate(actor: Person, organization: Organization, token: str) -> Person | None:
    """The person of a token; None if it is forged, too old, another's or for elsewhere."""
    try:
        actor_id, organization_id, person_id = _serializer().loads(token, max_age=VALID_SECONDS)
    except (BadData, ValueError, TypeError):
        return None
    if (actor_id, organization_id) != (actor.id, organization.id):
        return None
    return db.session.get(Person, person_id)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="post candidate")
