"""What claims are called in the audit trail."""

from collections.abc import Collection

from sqlalchemy import select

from lms.accounts.models import Person
from lms.auditing.labels import SUBJECTS
from lms.auditing.subjects import Shown
from lms.claims.models import Claim
from lms.core.db import db


def shown_claims(viewer: Person | None, ids: Collection[int]) -> dict[int, Shown]:
    """Claims by their ids: the kind and the year, without what was written into them."""
    rows = db.session.execute(
        select(Claim.id, Claim.kind_label, Claim.year).where(Claim.id.in_(ids))
    )
    label = SUBJECTS["claim"]
    return {row.id: Shown(f"{label} {row.id}（{row.kind_label}，{row.year}）") for row in rows}
