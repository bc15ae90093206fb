"""Study schemes: what the professionals of a series study in a year, as departments lay down."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.auditing import subjects
from lms.core.permissions import Permission
from lms.schemes import manage_course_views, manage_views, shown, views
from lms.web import navigation, slots

# Its routes join the blueprint of manage_views when it is imported.
__all__ = ["manage_course_views", "register"]


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
    slots.fill(app, "me.cards", views.my_schemes, order=20)
    slots.fill(app, "catalogue.top", views.catalogue_band, order=10)
    subjects.describe(app, "scheme", shown.shown_schemes)
    navigation.add(
        app,
        navigation.Entry(
            "manage_schemes.schemes",
            _l("学习方案"),
            "list-details",
            order=15,
            section="manage",
            permission=Permission.SCHEMES_SCHEME_EDIT,
        ),
    )
