"""Each day's deliveries compared with the bank's statement of that day."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.hours.reconciliation import cli, queries, tasks, views
from lms.web import navigation

SWEEP_SECONDS = 600


def register(app: Flask) -> None:
    """Add what this part of hours brings to the application."""
    app.register_blueprint(views.blueprint)
    cli.register(app)
    every(SWEEP_SECONDS, tasks.reconcile_due)
    navigation.add(
        app,
        navigation.Entry(
            "reconciliation.days",
            _l("学时对账"),
            "scale",
            62,
            section="manage",
            permission=Permission.HOURS_RECONCILIATION_READ,
            count=queries.count_open,
        ),
    )
