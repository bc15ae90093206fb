"""Looking up imports and what is wrong in them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select

from lms.accounts.models import Person
from lms.accounts.queries import organizations_with
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.organizations.models import Organization, OrganizationState
from lms.organizations.queries import EMPLOYERS
from lms.roster.models import RosterImport, RosterProblem

PROBLEMS_A_PAGE = 50


def visible_imports(actor: Person) -> Select[RosterImport]:
    """The actor's own imports, and those of the organizations in their charge."""
    scope = organizations_with(actor, Permission.PEOPLE_ROSTER_IMPORT)
    return select(RosterImport).where(
        or_(RosterImport.uploader_id == actor.id, RosterImport.organization_id.in_(scope))
    )


def find_import(actor: Person, import_id: int) -> RosterImport:
    """An import the actor may see. Raises NotFound."""
    roster = db.session.scalar(visible_imports(actor).where(RosterImport.id == import_id))
    if roster is None:
        raise NotFound()
    return roster


def imports_of(ids: Collection[int]) -> list[RosterImport]:
    """Imports by their ids, whoever asks: for the audit trail."""
    return list(db.session.scalars(select(RosterImport).where(RosterImport.id.in_(ids))))


@dataclass(frozen=True)
class ProblemPage:
    """Some problems in the order of the sheet, and where the next page begins, if there is one."""

    rows: list[RosterProblem]
    next_place: int | None
    is_first: bool


def problems_of(roster: RosterImport, after: int | None) -> ProblemPage:
    """A page of what is wrong, beginning after a place."""
    query = select(RosterProblem).where(RosterProblem.import_id == roster.id)
    if after is not None:
        query = query.where(RosterProblem.place > after)
    query = query.order_by(RosterProblem.place).limit(PROBLEMS_A_PAGE + 1)
    found = list(db.session.scalars(query))
    rows = found[:PROBLEMS_A_PAGE]
    return ProblemPage(rows, rows[-1].place if len(found) > len(rows) else None, after is None)


def count_problems(roster: RosterImport) -> int:
    """How many cells are wrong."""
    query = select(func.count()).where(RosterProblem.import_id == roster.id)
    return db.session.scalar(query) or 0


def units_in_scope(actor: Person, most: int) -> list[str]:
    """The names of the units the actor may import into; none if they are more than `most`."""
    query = (
        select(Organization.name)
        .where(Organization.id.in_(organizations_with(actor, Permission.PEOPLE_ROSTER_IMPORT)))
        .where(Organization.kind.in_(EMPLOYERS))
        .where(Organization.state == OrganizationState.APPROVED)
        .order_by(Organization.name)
        .limit(most + 1)
    )
    names = list(db.session.scalars(query))
    return names if len(names) <= most else []
