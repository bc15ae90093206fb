"""The reviewers' lists: what waits, the most urgent first, and everything, the newest first."""

from dataclasses import dataclass

from sqlalchemy import Select

from lms.accounts.models import Person
from lms.claims.duplicates import is_flagged
from lms.claims.models import Claim, ClaimState
from lms.claims.queries import claims_to_decide, claims_to_see, is_overdue
from lms.core.db import db
from lms.organizations.models import Organization
from lms.web.paging import FIRST, KeysetPage, Page, Place, Stretch, keyset_page, newest_first

PAGE_SIZE = 50


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; None and "" narrow nothing."""

    state: ClaimState | None = None
    year: int | None = None
    kind: str = ""
    unit: str = ""
    overdue: bool = False
    flagged: bool = False


def narrowed(query: Select[Claim], wanted: Wanted) -> Select[Claim]:
    """The query with what is wanted."""
    if wanted.state is not None:
        query = query.where(Claim.state == wanted.state)
    if wanted.year is not None:
        query = query.where(Claim.year == wanted.year)
    if wanted.kind:
        query = query.where(Claim.kind == wanted.kind)
    if wanted.unit:
        named = Organization.name.contains(wanted.unit, autoescape=True)
        query = query.where(Claim.organization.has(named))
    if wanted.overdue:
        query = query.where(is_overdue())
    return query.where(is_flagged()) if wanted.flagged else query


def waiting_page(actor: Person, wanted: Wanted, place: Place = FIRST) -> KeysetPage[Claim]:
    """A page of what waits for `actor`, by the day on which it is due: overdue ones come first."""
    query = narrowed(claims_to_decide(actor), wanted)

    def read(stretch: Stretch) -> list[Claim]:
        return list(db.session.scalars(stretch.apply(query, Claim.due_on, Claim.id)))

    return keyset_page(read, lambda claim: (claim.due_on, claim.id), place, PAGE_SIZE)


def every_page(actor: Person, wanted: Wanted, after: int | None) -> Page[Claim]:
    """A page of all that `actor` may look into, the newest first."""
    return newest_first(narrowed(claims_to_see(actor), wanted), Claim.id, after, PAGE_SIZE)


def kinds_seen(actor: Person) -> dict[str, str]:
    """The kinds of the claims that `actor` may look into, with a label of each."""
    query = claims_to_see(actor).with_only_columns(Claim.kind, Claim.kind_label).distinct()
    rows = db.session.execute(query.order_by(Claim.kind))
    return {row.kind: row.kind_label for row in rows}


def years_seen(actor: Person) -> list[int]:
    """The years of the claims that `actor` may look into, the newest first."""
    years = claims_to_see(actor).with_only_columns(Claim.year).distinct()
    return sorted(db.session.scalars(years), reverse=True)
