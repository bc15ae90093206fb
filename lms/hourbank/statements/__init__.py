"""What the bank states: the year, the register form, title review, certificates, who is at risk."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.hourbank.statements import certificate_views, cli, manage_views, tasks, views
from lms.hourbank.statements.api import blueprint as api_blueprint
from lms.hourbank.statements.certificate_files import FOLDER, kept_files
from lms.upkeep.references import add_source
from lms.web import navigation, slots
from lms.web.api import api
from lms.web.navigation import Entry
from lms.web.security import csrf

SWEEP_SECONDS = 60


def register(app: Flask) -> None:
    """Add what this part of the bank brings to the application.

    The page of a year has two slots, each asked with `person` and `year`: "statements.shortfall"
    (for each category that is short, with `category` and `missing`) for what would close it, and
    "statements.ways" for other ways to hours.
    """
    for blueprint in (views.blueprint, certificate_views.blueprint, manage_views.blueprint):
        app.register_blueprint(blueprint)
    csrf.exempt(api_blueprint)
    api.register_blueprint(api_blueprint)
    cli.register()
    add_source(app, FOLDER, kept_files)
    every(SWEEP_SECONDS, tasks.end_certificates)
    slots.fill(app, "person.cards", manage_views.person_card, order=5)
    navigation.add(
        app,
        Entry("statements.year", _l("学时银行"), "building-bank", 50),
        Entry(
            "manage_statements.people",
            _l("学时达标情况"),
            "target",
            65,
            section="manage",
            permission=Permission.BANK_STATEMENT_READ,
        ),
    )
