"""What was recognised, told to whoever tries a changed policy on it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lms.claims.models import Claim, ClaimState
from lms.claims.recognizing import rule_of
from lms.core.db import db
from lms.core.errors import Conflict
from lms.hourbank.conversion.facts import plain, read_facts
from lms.hourbank.conversion.history import DecidedClaim
from lms.organizations.models import Organization


def recognized_claims(division_prefix: str) -> Iterator[DecidedClaim]:
    """The recognised claims of units whose division's code begins so.

    A person's claims of a year come one after the other, in the order of their decisions. What its
    present policy has no kind for is left out.
    """
    query = (
        select(Claim)
        .join(Claim.organization)
        .where(
            Claim.state == ClaimState.RECOGNIZED,
            Organization.division_code.startswith(division_prefix, autoescape=True),
        )
        .options(joinedload(Claim.organization), joinedload(Claim.person))
        .options(selectinload(Claim.grants))
    )
    in_order = query.order_by(Claim.person_id, Claim.year, Claim.decided_at, Claim.id)
    for claim in db.session.scalars(in_order):
        told = _told(claim)
        if told is not None:
            yield told


def _told(claim: Claim) -> DecidedClaim | None:
    try:
        facts, _wrong = read_facts(rule_of(claim), claim.answers)
    except Conflict:
        return None
    assert claim.organization is not None
    return DecidedClaim(
        reference=f"claim:{claim.id}",
        person_key=f"person:{claim.person_id}",
        person=claim.person.masked_name,
        division_code=claim.organization.division_code,
        year=claim.year,
        kind=claim.kind,
        title=claim.title,
        facts=plain(facts),
        granted={grant.category: grant.hours for grant in claim.grants},
    )
