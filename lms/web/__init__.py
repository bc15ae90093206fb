"""The HTTP kernel: what every page and API stands on."""

from flask import Flask

from lms.config import Settings
from lms.web import (
    api,
    auth,
    errors,
    filters,
    inputs,
    languages,
    limits,
    navigation,
    security,
    slots,
    views,
)


def register(app: Flask, settings: Settings) -> None:
    """Set up languages, guards, error pages, filters and the kernel's own pages."""
    inputs.register(app)
    security.register(app, settings)
    languages.register(app, settings)
    auth.register(app)
    limits.register(app, settings)
    filters.register(app)
    navigation.register(app)
    slots.register(app)
    api.register(app)
    # After the API's own, which would answer a page that is missing with bare JSON.
    errors.register(app)
    app.register_blueprint(views.blueprint)
