"""The hour bank: intake, ledger, yearly sums."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.config import Settings
from lms.core.db import db
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.hourbank import cli, guards, policies, statements, tasks, views
from lms.hourbank.api import blueprint as api_blueprint
from lms.hourbank.conversion import cli as conversion_cli
from lms.hourbank.conversion import trial_views
from lms.hourbank.conversion import views as policy_views
from lms.hourbank.intake import lane
from lms.hourbank.log import tasks as log_tasks
from lms.hourbank.log.api import blueprint as log_blueprint
from lms.web import navigation
from lms.web.api import api
from lms.web.security import csrf

# Routes of trial_views join the blueprint of policy_views when they are imported.
__all__ = ["guards", "register", "trial_views"]


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    # A wrong file stops the start and not somebody's claim.
    policies.policies()
    app.register_blueprint(views.blueprint)
    app.register_blueprint(policy_views.blueprint)
    csrf.exempt(api_blueprint)
    api.register_blueprint(api_blueprint)
    api.register_blueprint(log_blueprint)
    statements.register(app)
    cli.register(app)
    conversion_cli.register()
    with app.app_context():
        lane.register(app, db.engine.dialect.name)
    settings: Settings = app.extensions["settings"]
    every(3600, tasks.forget_nonces)
    every(settings.bank_log_every, log_tasks.give_places)
    every(settings.bank_head_every, log_tasks.sign_new_head)
    navigation.add(
        app,
        navigation.Entry(
            "hourbank.ledger",
            _l("学时台账"),
            "list-details",
            70,
            section="manage",
            permission=Permission.BANK_LEDGER_READ,
        ),
        navigation.Entry(
            "policies.dry_run",
            _l("试算新政策"),
            "scale",
            72,
            section="manage",
            permission=Permission.BANK_POLICY_TRY,
        ),
    )
