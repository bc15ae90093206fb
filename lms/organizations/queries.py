"""Looking up divisions and organizations, and what lies below what."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Select, false, not_, or_, select
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.organizations.models import (
    Division,
    Organization,
    OrganizationKind,
    OrganizationState,
)
from lms.organizations.rules import division_prefix, normalize_credit_code

# Whom people belong to: their employer, or who stands in for one.
EMPLOYERS = (OrganizationKind.UNIT, OrganizationKind.STAND_IN)


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


def divisions_with_superiors(codes: Collection[str]) -> dict[str, Division]:
    """These divisions and all above them by their codes, in one query."""
    wanted = select(Division.code, Division.parent_code).where(Division.code.in_(codes))
    tree = wanted.cte(recursive=True)
    above = select(Division.code, Division.parent_code).join(
        tree, Division.code == tree.c.parent_code
    )
    all_codes = select(tree.union(above).c.code)
    found = db.session.scalars(select(Division).where(Division.code.in_(all_codes)))
    return {division.code: division for division in found}


def child_divisions(parent_code: str | None) -> list[Division]:
    """The divisions right below one (None: the provinces), in the order of their codes."""
    query = select(Division).where(Division.parent_code == parent_code)
    return list(db.session.scalars(query.order_by(Division.code)))


def approved_organizations(kinds: Collection[OrganizationKind]) -> Select[Organization]:
    """Organizations of these kinds that work."""
    return select(Organization).where(
        Organization.kind.in_(kinds), Organization.state == OrganizationState.APPROVED
    )


def superior_divisions(code: str) -> list[str]:
    """The codes of a division and of those above it."""
    return [division.code for division in division_path(code)]


def search_organizations(
    text: str,
    kinds: Collection[OrganizationKind] = EMPLOYERS,
    division_code: str | None = None,
    limit: int = 20,
) -> list[Organization]:
    """Approved organizations whose name begins with `text`, then those that hold it elsewhere.

    A whole credit code finds its one. With `division_code` only those of that division and of the
    divisions above it.
    """
    query = approved_organizations(kinds).options(joinedload(Organization.division))
    if division_code:
        query = query.where(Organization.division_code.in_(superior_divisions(division_code)))
    text = " ".join(text.split())
    begins = Organization.name.startswith(text, autoescape=True)
    same_code = Organization.credit_code == normalize_credit_code(text)
    first = query.where(or_(begins, same_code)).order_by(Organization.name).limit(limit)
    found = list(db.session.scalars(first))
    if len(found) < limit and text:
        holds = query.where(Organization.name.contains(text, autoescape=True), not_(begins))
        found += db.session.scalars(holds.order_by(Organization.name).limit(limit - len(found)))
    return found


def find_organization(
    text: str, kinds: Collection[OrganizationKind] | None = None
) -> Organization | None:
    """The organization with exactly this name or credit code; with `kinds`, one that works."""
    text = text.strip()
    same = or_(Organization.name == text, Organization.credit_code == normalize_credit_code(text))
    query = select(Organization) if kinds is None else approved_organizations(kinds)
    return db.session.scalar(query.where(same))
