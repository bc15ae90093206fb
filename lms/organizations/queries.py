"""Looking up divisions and organizations, and what lies below what."""

from sqlalchemy import select

from lms.core.db import db
from lms.organizations.models import Division, Organization, OrganizationKind


def division_codes_below(code: str) -> set[str]:
    """`code` and the codes of every division below it."""
    tree = select(Division.code).where(Division.code == code).cte(recursive=True)
    tree = tree.union_all(select(Division.code).join(tree, Division.parent_code == tree.c.code))
    return set(db.session.scalars(select(tree.c.code)))


def organization_ids_below(organization: Organization) -> set[int]:
    """The ids of `organization` and of all it is in charge of.

    A bureau is in charge of every organization in its division and the divisions below; any other
    of those it is the parent of, and their children.
    """
    if organization.kind is OrganizationKind.BUREAU:
        codes = division_codes_below(organization.division_code)
        below = select(Organization.id).where(Organization.division_code.in_(codes))
        return set(db.session.scalars(below))
    tree = select(Organization.id).where(Organization.id == organization.id).cte(recursive=True)
    tree = tree.union_all(select(Organization.id).join(tree, Organization.parent_id == tree.c.id))
    return set(db.session.scalars(select(tree.c.id)))
