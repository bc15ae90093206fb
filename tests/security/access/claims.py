"""A claim of the learner here, on the desk of their unit, with its evidence."""

from typing import Any

from lms.accounts.models import Person
from tests.claims.support import submitted


def claims_values(owner: Person) -> dict[str, Any]:
    """The values for the routes of claims."""
    answers = {"days": "2", "hours": "12", "category": "professional"}
    claim = submitted(owner, "training", answers, year=2025)
    return {"claim_id": claim.id, "evidence_id": claim.evidence[0].id}
