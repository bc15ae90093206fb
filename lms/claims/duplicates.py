"""The same evidence file, or the same certificate number, in two claims: told to the reviewer.

Flagged and never judged: colleagues may hold one award together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.accounts.models import Person
from lms.claims.chain import TRANSFER
from lms.claims.models import Claim, ClaimEvidence, ClaimState
from lms.claims.queries import claims_to_see
from lms.core.db import db
from lms.core.enums import LabelledEnum

# What was refused or taken back was not used, and may rightly be claimed again.
_USED = (ClaimState.PENDING, ClaimState.RETURNED, ClaimState.RECOGNIZED)


class Sameness(LabelledEnum):
    """What two claims have in common."""

    FILE = "file", _l("同一证明材料文件")
    NUMBER = "number", _l("同一证书或文号")


@dataclass(frozen=True)
class Duplicate:
    """Another claim with something in common; `claim` is None where one may not look into it."""

    sameness: Sameness
    is_same_person: bool
    claim: Claim | None


def is_flagged() -> ColumnElement[bool]:
    """A condition: the claim has a number or a file in common with another that counts."""
    other = aliased(Claim)
    mine, theirs = aliased(ClaimEvidence), aliased(ClaimEvidence)
    same_number = exists().where(
        _counts(other), other.certificate_key == Claim.certificate_key, Claim.certificate_key != ""
    )
    same_file = exists().where(
        mine.claim_id == Claim.id,
        mine.removed_at.is_(None),
        theirs.sha256 == mine.sha256,
        theirs.removed_at.is_(None),
        theirs.claim_id == other.id,
        _counts(other),
    )
    return or_(same_number.correlate(Claim), same_file.correlate(Claim))


def _counts(other: Any) -> ColumnElement[bool]:
    is_next_year = and_(
        other.kind == TRANSFER,
        Claim.kind == TRANSFER,
        other.person_id == Claim.person_id,
        other.year != Claim.year,
    )
    return and_(other.id != Claim.id, other.state.in_(_USED), ~is_next_year)


def flagged_among(claim_ids: Sequence[int]) -> set[int]:
    """Those of the claims that are flagged."""
    return set(db.session.scalars(select(Claim.id).where(Claim.id.in_(claim_ids), is_flagged())))


def duplicates_of(viewer: Person, claim: Claim) -> list[Duplicate]:
    """What other claims have in common with one, the oldest first.

    Of those `viewer` may not see nothing is told but that they are.
    """
    found = {
        **{(other.id, Sameness.FILE): other for other in _with_same_file(claim)},
        **{(other.id, Sameness.NUMBER): other for other in _with_same_number(claim)},
    }
    ids = {other_id for other_id, _sameness in found}
    seen = claims_to_see(viewer).where(Claim.id.in_(ids)).with_only_columns(Claim.id)
    visible = set(db.session.scalars(seen))
    return [
        Duplicate(
            sameness, other.person_id == claim.person_id, other if number in visible else None
        )
        for (number, sameness), other in sorted(found.items(), key=lambda item: item[0][0])
    ]


def _with_same_file(claim: Claim) -> list[Claim]:
    hashes = [paper.sha256 for paper in claim.papers]
    holders = select(ClaimEvidence.claim_id).where(
        ClaimEvidence.sha256.in_(hashes), ClaimEvidence.removed_at.is_(None)
    )
    return _others(claim, select(Claim).where(Claim.id.in_(holders)))


def _with_same_number(claim: Claim) -> list[Claim]:
    if not claim.certificate_key:
        return []
    return _others(claim, select(Claim).where(Claim.certificate_key == claim.certificate_key))


def _others(claim: Claim, query: Select[Claim]) -> list[Claim]:
    wanted = query.where(Claim.id != claim.id, Claim.state.in_(_USED))
    found = db.session.scalars(wanted.options(joinedload(Claim.person)))
    return [other for other in found if not _is_next_year(claim, other)]


def _is_next_year(claim: Claim, other: Claim) -> bool:
    """Whether both are years of one certificate of a former authority."""
    is_same_person = claim.person_id == other.person_id
    both_transfers = claim.kind == other.kind == TRANSFER
    return is_same_person and both_transfers and claim.year != other.year
