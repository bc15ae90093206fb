"""The second factor: authenticator apps, passkeys, recovery codes; required of staff."""

from flask import Flask

from lms.second_factor import cli, enforcement, manage_views, me_views, sign_in_views
from lms.second_factor.cards import reset_card, security_card, staff_banner
from lms.web import slots


def register(app: Flask) -> None:
    """Add what this feature brings; after the accounts, whose person loader it wraps."""
    enforcement.register(app)
    app.register_blueprint(me_views.blueprint)
    app.register_blueprint(sign_in_views.blueprint)
    app.register_blueprint(manage_views.blueprint)
    app.cli.add_command(cli.reset_second_factor_command)
    slots.fill(app, "security.cards", security_card, order=20)
    slots.fill(app, "manage.banners", staff_banner)
    slots.fill(app, "person.cards", reset_card, order=80)
