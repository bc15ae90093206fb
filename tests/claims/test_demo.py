"""The demonstration's claims: one in each place of the chain, and once only."""

from lms.claims.models import Claim, ClaimState, ClaimStep
from lms.core.db import db, transaction
from lms.demo_claims import load_claims
from lms.demo_people import load_people
from lms.hourbank.models import LedgerEntry


def test_the_demonstration_has_a_claim_in_each_place_and_only_once(app, clock):
    with transaction():
        people = load_people()
        load_claims(people)
    with transaction():
        load_claims(load_people())
    found = {(claim.state, claim.step) for claim in db.session.query(Claim)}
    assert found == {
        (ClaimState.RECOGNIZED, None),
        (ClaimState.PENDING, ClaimStep.UNIT),
        (ClaimState.PENDING, ClaimStep.BUREAU),
        (ClaimState.RETURNED, None),
    }
    assert db.session.query(LedgerEntry).count() == 1
    assert db.session.query(Claim).count() == 4
