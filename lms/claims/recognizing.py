"""What a claim would be recognised with: its policy, what counts already, and the words for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.models import Person
from lms.claims.answers import Answers
from lms.claims.models import Claim, ClaimGrant, ClaimState
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.core.errors import Conflict
from lms.core.types import Hours
from lms.hourbank.conversion.facts import read_facts
from lms.hourbank.conversion.rules import recognize, recognized
from lms.hourbank.conversion.types import (
    FactsError,
    KindRule,
    NotClaimable,
    Policy,
    Recognition,
    Refusal,
)
from lms.hourbank.policies import policy_for
from lms.organizations.models import Organization

# Of the ledger and of what is kept beside it; pages show both in their reader's language.
RECORD_LANGUAGE = "zh"


class FormErrors(Exception):
    """What is wrong with the fields of a claim, by their names."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def policy_of(claim: Claim) -> Policy:
    """The policy a claim is judged by: of its unit's division and its year.

    Of what may be written in the claimant's present unit, if there is one; else the one it was
    begun or submitted in.
    """
    unit = (claim.person.unit if claim.is_writable else None) or claim.organization
    return policy_for(unit_or_conflict(unit).division_code, claim.year)


def unit_or_conflict(unit: Organization | None) -> Organization:
    """The unit. Raises Conflict for somebody who belongs to none."""
    if unit is None:
        raise Conflict(
            _("您还没有单位。没有工作单位的，请先登记到人才服务机构、街道或社区，再申报学时。")
        )
    return unit


def rule_of(claim: Claim) -> KindRule:
    """The rule of a claim's kind. Raises Conflict if its policy has no such kind any more."""
    try:
        return policy_of(claim).kind(claim.kind)
    except NotClaimable:
        raise Conflict(
            _("现行政策没有“%(kind)s”这一类别，请重新申报。", kind=claim.kind_label)
        ) from None


def judge(claim: Claim, answers: Answers) -> Recognition:
    """What the policy recognises of these answers, on top of what the person has already.

    Raises FormErrors with what cannot be read.
    """
    policy, rule = policy_of(claim), rule_of(claim)
    facts, wrong = read_facts(rule, answers)
    errors = {error.field: error.message for error in wrong}
    if errors:
        raise FormErrors(errors)
    already = recognized(policy, _granted(claim.person, claim.year))
    try:
        return recognize(policy, claim.kind, facts, already)
    except FactsError as error:
        raise FormErrors({error.field: error.message}) from None


def _granted(person: Person, year: int) -> list[tuple[str, HourCategory, Hours]]:
    query = (
        select(Claim.kind, ClaimGrant.category, ClaimGrant.hours)
        .join(ClaimGrant.claim)
        .where(
            Claim.person_id == person.id,
            Claim.year == year,
            Claim.state == ClaimState.RECOGNIZED,
        )
    )
    return [(kind, category, hours) for kind, category, hours in db.session.execute(query)]


def refusal_records(refusals: Sequence[Refusal]) -> list[dict[str, Any]]:
    """Refusals as a claim keeps them, in the language of the record."""
    with force_locale(RECORD_LANGUAGE):
        return [
            {
                "category": refusal.category.value,
                "tenths": refusal.hours.tenths,
                "code": refusal.code,
                "reason": str(refusal.reason),
                "source": str(refusal.source),
            }
            for refusal in refusals
        ]


def explanation(refusals: Sequence[Refusal], category: HourCategory) -> str:
    """Why some of what was asked in a category is not granted, for the ledger; empty if all is."""
    with force_locale(RECORD_LANGUAGE):
        parts = [
            _(
                "%(hours)s 学时不予认定：%(reason)s",
                hours=str(refusal.hours),
                reason=str(refusal.reason),
            )
            for refusal in refusals
            if refusal.category is category
        ]
        return str(_("；")).join(parts)
