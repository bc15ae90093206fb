"""What claims are called in the audit trail."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.models import Person
from lms.auditing.subjects import Shown
from lms.claims.models import Claim
from lms.core.db import db


def shown_claims(viewer: Person | None, ids: Collection[int]) -> dict[int, Shown]:
    """Claims by their ids: the kind and the year, without what was written into them."""
    rows = db.session.execute(
        select(Claim.id, Claim.kind_label, Claim.year).where(Claim.id.in_(ids))
    )
    return {
        row.id: Shown(
            _(
                "学时申报 %(number)s（%(kind)s，%(year)s 年）",
                number=row.id,
                kind=row.kind_label,
                year=row.year,
            )
        )
        for row in rows
    }
