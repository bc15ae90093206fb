"""The audit trail: reading, exporting and proving it unaltered."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.auditing import cli, guards, subjects, tasks, views
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.web import navigation

__all__ = ["guards", "register"]

SEAL_SECONDS = 600


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(views.blueprint)
    cli.register(app)
    subjects.register(app)
    every(SEAL_SECONDS, tasks.seal_audit)
    navigation.add(
        app,
        navigation.Entry(
            "auditing.events",
            _l("审计"),
            "list-check",
            90,
            section="manage",
            permission=Permission.AUDIT_EVENT_READ,
        ),
    )
