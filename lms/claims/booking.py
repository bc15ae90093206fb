"""From the last approval to the ledger, and back if it was wrong."""

import datetime as dt

from flask_babel import lazy_gettext as _l

from lms.claims.chain import TRANSFER
from lms.claims.models import Claim, ClaimGrant
from lms.claims.recognizing import (
    FormErrors,
    explanation,
    judge,
    policy_of,
    refusal_records,
    rule_of,
)
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict
from lms.hourbank import booking
from lms.hourbank.booking import Booking
from lms.hourbank.conversion.facts import read_facts
from lms.hourbank.conversion.types import Grant, Recognition
from lms.hourbank.models import EntrySource
from lms.hourbank.statements.details import details_of_facts, keep_details


def book_claim(claim: Claim) -> Recognition:
    """Recognise a claim anew, on top of what counts by now, and book what is granted.

    The person's account is locked first: of two claims decided at once the second sees what the
    first was granted, so that no cap is passed. Raises Conflict if it cannot be judged any more.
    """
    booking.lock_account(claim.person)
    try:
        found = judge(claim, claim.answers)
    except FormErrors as wrong:
        raise Conflict(_l("按现行政策，申报内容不完整，请退回申报人修改。")) from wrong
    claim.policy = policy_of(claim).code
    claim.asked, claim.granted = found.asked, found.granted_hours
    claim.refusals = refusal_records(found.refused)
    entries = booking.book(claim.person, [_booking(claim, each, found) for each in found.granted])
    told = details_of_facts(rule_of(claim), read_facts(rule_of(claim), claim.answers)[0])
    for grant, entry in zip(found.granted, entries, strict=True):
        keep_details(entry, told)
        claim.grants.append(
            ClaimGrant(
                category=grant.category,
                hours=grant.hours,
                cap_group=grant.cap_group,
                entry=entry,
            )
        )
    db.session.flush()
    return found


def _booking(claim: Claim, grant: Grant, found: Recognition) -> Booking:
    return Booking(
        reference=f"claim:{claim.id}:{grant.category.value}",
        year=claim.year,
        category=grant.category,
        hours=grant.hours,
        source=EntrySource.TRANSFER if claim.kind == TRANSFER else EntrySource.CLAIM,
        policy=claim.policy,
        claim_kind=claim.kind,
        title=claim.title,
        certificate_number=claim.certificate_number,
        earned_at=_earned_at(claim),
        reason=explanation(found.refused, grant.category),
    )


def _earned_at(claim: Claim) -> dt.datetime:
    """When the hours were earned: now, or for an earlier year its last moment."""
    closing = clock.end_of_day(dt.date(claim.year, 12, 31)) - dt.timedelta(seconds=1)
    return min(clock.now(), closing)


def reverse_claim(claim: Claim, reason: str) -> None:
    """Take back in the ledger all that was booked of a claim."""
    booking.lock_account(claim.person)
    for grant in claim.grants:
        booking.reverse(grant.entry, reason)
