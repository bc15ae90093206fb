"""Claims (学时申报): hours learned elsewhere, their evidence, the chain of review, the booking."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from lms.auditing import subjects
from lms.claims import (
    evidence_views,
    history,
    manage_views,
    merging,
    queries,
    shown,
    tasks,
    views,
)
from lms.claims.evidence import kept_evidence
from lms.claims.evidence_files import EVIDENCE
from lms.core.events import person_merged
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.hourbank.conversion import history as conversion_history
from lms.upkeep import references
from lms.web import navigation

# Its routes join the blueprint of views when it is imported.
__all__ = ["evidence_views", "register"]


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
    person_merged.connect(merging.merge_claims)
    references.add_source(app, EVIDENCE, kept_evidence)
    conversion_history.add_source(app, history.recognized_claims)
    subjects.describe(app, "claim", shown.shown_claims)
    every(3600, tasks.remind_reviewers)
    navigation.add(
        app,
        navigation.Entry(
            "claims.claims",
            _l("学时申报"),
            "clipboard-list",
            order=52,
            count=lambda: queries.count_to_mend(current_user),
        ),
        navigation.Entry(
            "manage_claims.claims",
            _l("学时申报审核"),
            "clipboard-check",
            order=68,
            section="manage",
            permission=Permission.CLAIMS_CLAIM_READ,
            count=lambda: queries.count_to_decide(current_user),
        ),
    )
