"""Schemes as the audit trail shows them."""

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.models import Person
from lms.auditing.subjects import Shown
from lms.core.db import db
from lms.schemes.models import Scheme
from lms.schemes.queries import latest_revisions


def shown_schemes(viewer: Person | None, ids: Collection[int]) -> dict[int, Shown]:
    """Their titles; what was once published is linked, for anybody may open it."""
    found = list(db.session.scalars(select(Scheme).where(Scheme.id.in_(ids))))
    revisions = latest_revisions(found)
    return {
        scheme.id: Shown(
            _("学习方案 %(title)s", title=revisions[scheme.id].title),
            url_for("schemes.show", scheme_id=scheme.id)
            if viewer and scheme.current_number
            else None,
        )
        for scheme in found
    }
