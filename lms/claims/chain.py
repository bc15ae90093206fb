"""Whose turn it is: person > unit > department (where the unit has one) > bureau.

Who stands in for a unit (talent agency, street office, community) has the unit's desk
(Zaozhuang 2024, 四（三）).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.claims.models import ClaimStep
from lms.core.db import db
from lms.organizations.models import Organization, OrganizationKind
from lms.organizations.queries import approved_organizations, superior_divisions

# What a claimant brings from where they lived before; the bureau alone can judge the former
# authority's certificate.
TRANSFER = "transfer"


@dataclass(frozen=True)
class Desk:
    """A step, the organization that decides there, and the one above that does if it cannot."""

    step: ClaimStep
    organization: Organization
    superior: Organization | None


def desks_of(organization: Organization, kind: str, steps: Sequence[str]) -> list[Desk]:
    """The desks that a claim of this unit's people passes, in order.

    `steps` are the policy's. Empty if there is no bureau for the division, where no claim can end.
    """
    seats = {
        ClaimStep.UNIT: organization,
        ClaimStep.DEPARTMENT: _department_of(organization),
        ClaimStep.BUREAU: bureau_of(organization.division_code),
    }
    if seats[ClaimStep.BUREAU] is None:
        return []
    wanted = (ClaimStep.BUREAU,) if kind == TRANSFER else tuple(ClaimStep(step) for step in steps)
    chain = [(step, seats[step]) for step in ClaimStep if seats[step] is not None]
    return [
        Desk(step, seat, _above(chain, index))
        for index, (step, seat) in enumerate(chain)
        if step in wanted and seat is not None
    ]


def next_desk(desks: Sequence[Desk], step: ClaimStep | None) -> Desk | None:
    """The desk after the one of `step`, the first for None; None after the last."""
    order = list(ClaimStep)
    passed = -1 if step is None else order.index(step)
    return next((desk for desk in desks if order.index(desk.step) > passed), None)


def bureau_of(division_code: str) -> Organization | None:
    """The bureau of a division; where it has none, that of the nearest division above."""
    query = approved_organizations([OrganizationKind.BUREAU]).where(
        Organization.division_code.in_(superior_divisions(division_code))
    )
    bureaus = list(db.session.scalars(query.order_by(Organization.id)))
    nearest_first = list(reversed(superior_divisions(division_code)))
    return min(bureaus, key=lambda each: nearest_first.index(each.division_code), default=None)


def _department_of(organization: Organization) -> Organization | None:
    if organization.parent_id is None:
        return None
    working = approved_organizations([OrganizationKind.DEPARTMENT])
    return db.session.scalar(working.where(Organization.id == organization.parent_id))


def _above(
    chain: Sequence[tuple[ClaimStep, Organization | None]], index: int
) -> Organization | None:
    if index + 1 < len(chain):
        return chain[index + 1][1]
    bureau = chain[index][1]
    assert bureau is not None
    above = superior_divisions(bureau.division_code)[:-1]
    return bureau_of(above[-1]) if above else None
