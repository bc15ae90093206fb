"""Records that nobody uses: of a registration that came to nothing, by whoever never was employed.

Anybody may register with any number, and the unit that does not know them refuses, or they take
their request back before. The number then stays on a record that nobody sees; a roster of a unit
that vouches for its owner gives it to them, with nothing left by which whoever registered could
come in.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Table, exists, select, update

from lms.accounts.enums import PersonState
from lms.accounts.models import Employment, Person
from lms.accounts.sessions import end_all_sessions
from lms.activation.codes import void_codes
from lms.core.db import db
from lms.memberships.models import MembershipRequest, RequestState
from lms.organizations.models import Organization, OrganizationState
from lms.roster.models import RosterRow
from lms.second_factor.operations import delete_factors

_ROWS: Table = RosterRow.__table__  # type: ignore[assignment]
_PEOPLE: Table = Person.__table__  # type: ignore[assignment]
_NEVER_IN = (PersonState.PENDING, PersonState.REFUSED)
_GIVEN = (
    "name",
    "unit_id",
    "phone_cipher",
    "phone_hash",
    "phone_tail",
    "email",
    "profession",
    "title_level",
)
# What is set anew, as the audit trail names it.
TAKEN_FIELDS = (
    "email",
    "name",
    "password",
    "phone",
    "profession",
    "state",
    "title_level",
    "username",
)


def abandoned_among(people: Iterable[Any]) -> set[int]:
    """Those of the people whose record a roster may take over."""
    never_in = [each.id for each in people if each.state in _NEVER_IN]
    if not never_in:
        return set()
    return set(db.session.scalars(select(Person.id).where(Person.id.in_(never_in), is_abandoned())))


def is_abandoned() -> ColumnElement[bool]:
    """Condition on Person: never employed, and not waiting for a unit, asked for or registered.

    Whoever is let in by a unit, or whose unit is approved and who becomes its manager, must be who
    was looked at.
    """
    employed = exists().where(Employment.person_id == Person.id)
    awaited = exists().where(
        Organization.registered_by_id == Person.id,
        Organization.state == OrganizationState.PENDING,
    )
    asked = exists().where(
        MembershipRequest.person_id == Person.id,
        MembershipRequest.state == RequestState.PENDING,
    )
    return Person.state.in_(_NEVER_IN) & ~employed & ~awaited & ~asked


def take_over(taken: ColumnElement[bool]) -> None:
    """Make the people of these rows who the rows say, without a password or any way in."""
    people = select(_ROWS.c.person_id).where(taken)
    given = {name: _ROWS.c[name] for name in _GIVEN}
    db.session.execute(
        update(_PEOPLE)
        .values(
            state=PersonState.ACTIVE,
            username=None,
            password_hash=None,
            password_set_at=None,
            contact_confirmed_at=None,
            **given,
        )
        .where(_PEOPLE.c.id == _ROWS.c.person_id, taken)
    )
    end_all_sessions(people)
    void_codes(people)
    delete_factors(people)
