"""The hour bank: intake, ledger, yearly sums."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.config import Settings
from lms.core.db import db
from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.hourbank import cli, guards, tasks, views
from lms.hourbank.api import blueprint as api_blueprint
from lms.hourbank.intake import lane
from lms.hourbank.log import tasks as log_tasks
from lms.hourbank.log.api import blueprint as log_blueprint
from lms.web import navigation
from lms.web.api import api
from lms.web.security import csrf

__all__ = ["guards", "register"]


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(views.blueprint)
    csrf.exempt(api_blueprint)
    api.register_blueprint(api_blueprint)
    api.register_blueprint(log_blueprint)
    cli.register(app)
    with app.app_context():
        lane.register(app, db.engine.dialect.name)
    settings: Settings = app.extensions["settings"]
    every(3600, tasks.forget_nonces)
    every(settings.bank_log_every, log_tasks.give_places)
    every(settings.bank_head_every, log_tasks.sign_new_head)
    navigation.add(
        app,
        navigation.Entry("hourbank.me", _l("学时银行"), "building-bank", 50),
        navigation.Entry(
            "hourbank.ledger",
            _l("学时台账"),
            "list-details",
            70,
            section="manage",
            permission=Permission.BANK_LEDGER_READ,
        ),
    )
