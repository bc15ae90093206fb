"""Looking up divisions and organizations, and what lies below what."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, false, or_, select

from lms.core.db import db
from lms.organizations.models import Division, Organization, OrganizationKind
from lms.organizations.rules import division_prefix


def is_in_charge(superiors: Iterable[Organization]) -> ColumnElement[bool]:
    """A condition on Organization: it is one of `superiors`, or below one of them.

    A bureau is in charge of every organization in its division and the divisions below; any other
    of those it is the parent of, and their children.
    """
    bureaus: list[Organization] = []
    others: list[Organization] = []
    for superior in superiors:
        (bureaus if superior.kind is OrganizationKind.BUREAU else others).append(superior)
    conditions: list[ColumnElement[bool]] = [
        Organization.division_code.startswith(division_prefix(bureau.division_code))
        for bureau in bureaus
    ]
    if others:
        conditions.append(Organization.id.in_(_tree_below(others)))
    return or_(false(), *conditions)


def _tree_below(roots: list[Organization]) -> Select[int]:
    ids = [root.id for root in roots]
    tree = select(Organization.id).where(Organization.id.in_(ids)).cte(recursive=True)
    children = select(Organization.id).join(tree, Organization.parent_id == tree.c.id)
    return select(tree.union(children).c.id)


def division_path(code: str) -> list[Division]:
    """The division and those above it, the province first."""
    path: list[Division] = []
    found = db.session.get(Division, code)
    while found is not None:
        path.insert(0, found)
        found = db.session.get(Division, found.parent_code) if found.parent_code else None
    return path
