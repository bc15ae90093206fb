"""Adds a unit in Jining below a department, and everybody a claim of its people passes.

Run as `python -m tests.journeys.claims_seed` in the environment of a filled installation.
"""

from sqlalchemy import select

from lms.accounts.operations import create_person
from lms.accounts.posts import grant_post
from lms.accounts.rules import resident_check_character
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.factory import create_app
from lms.organizations.models import Organization, OrganizationKind, UnitNature
from lms.organizations.operations import create_organization
from tests.journeys.test_claims import BUREAU, DEPARTMENT, PEOPLE, UNIT
from tests.journeys.world import PASSWORD
from tests.quick_passwords import quick_passwords

_KIND = OrganizationKind
_POSTS = {
    "claims-unit": (UNIT, Role.UNIT_MANAGER),
    "claims-department": (DEPARTMENT, Role.DEPARTMENT_OFFICER),
    "claims-bureau": (BUREAU, Role.BUREAU_OFFICER),
}


def fill() -> None:
    department = create_organization(_KIND.DEPARTMENT, DEPARTMENT, "370800", None)
    unit = create_organization(_KIND.UNIT, UNIT, "370811", department, nature=UnitNature.ENTERPRISE)
    for number, (username, name) in enumerate(PEOPLE.items(), start=1):
        first_17 = f"37081119830412{number:03d}"
        person = create_person(
            name=name,
            unit=unit if username in ("claims-person", "claims-unit") else None,
            identity_number=first_17 + resident_check_character(first_17),
            username=username,
            password=PASSWORD,
        )
        if username in _POSTS:
            place, role = _POSTS[username]
            found = select(Organization).where(Organization.name == place)
            grant_post(person, db.session.scalars(found).one(), role)


if __name__ == "__main__":
    with create_app().app_context(), quick_passwords(), transaction():
        fill()
