"""What becomes of claims when a duplicate is merged into the person who stays."""

from sqlalchemy import select

from lms.accounts.models import Person
from lms.claims.models import Claim
from lms.core.db import db


def merge_claims(survivor: Person, duplicate: Person, actor: Person) -> None:
    """Handler of events.person_merged: the duplicate's claims are the survivor's, at all states.

    What was recognised counts for the survivor's caps from now on.
    """
    claims = select(Claim).where(Claim.person_id == duplicate.id).with_for_update(of=Claim)
    for claim in db.session.scalars(claims.execution_options(populate_existing=True)).all():
        claim.person = survivor
    db.session.flush()
