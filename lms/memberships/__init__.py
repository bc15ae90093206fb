"""Who belongs to which unit: registration, approval, moves, leaving, merging duplicates."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.core.permissions import Permission
from lms.memberships import (
    me_views,
    merge_views,
    person_views,
    register_views,
    request_views,
)
from lms.web import navigation, slots
from lms.web.navigation import Entry


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    for views in (register_views, me_views, person_views, request_views, merge_views):
        app.register_blueprint(views.blueprint)
    slots.fill(app, "me.cards", me_views.membership_card, order=5)
    slots.fill(app, "me.cards", me_views.contact_card, order=6)
    navigation.add(app, *_entries())


def _entries() -> tuple[Entry, ...]:
    return (
        Entry(
            "manage_people.people",
            _l("人员"),
            "users",
            order=62,
            section="manage",
            permission=Permission.PEOPLE_PERSON_READ,
        ),
        Entry(
            "manage_requests.requests",
            _l("注册与调入"),
            "user-plus",
            order=64,
            section="manage",
            permission=Permission.PEOPLE_REQUEST_DECIDE,
        ),
    )
