"""Units register and are approved; posts are granted and end; who may do what."""

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.administration import (
    cards,
    cli,
    organization_views,
    permission_views,
    picker_views,
    post_views,
    request_views,
    shown,
    views,
)
from lms.administration.division_names import division_name
from lms.auditing import subjects
from lms.core.permissions import Permission
from lms.organizations.rules import division_level
from lms.web import navigation, slots


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    for part in (
        picker_views,
        views,
        organization_views,
        request_views,
        post_views,
        permission_views,
    ):
        app.register_blueprint(part.blueprint)
    # The pickers are macros of any page, which see no context of a view.
    app.jinja_env.globals["division_level_label"] = _division_level_label
    app.jinja_env.globals["division_name"] = division_name
    slots.fill(app, "me.cards", cards.my_registration, order=5)
    slots.fill(app, "me.cards", cards.my_posts, order=80)
    slots.fill(app, "front.sections", cards.register_here, order=90)
    navigation.add(app, *_entries())
    subjects.describe(app, "organization", shown.shown_organizations)
    cli.register(app)


def _entries() -> tuple[navigation.Entry, ...]:
    return (
        navigation.Entry(
            "manage_organizations.organizations",
            _l("机构"),
            "building-community",
            order=60,
            section="manage",
            permission=Permission.ORGANIZATIONS_ORGANIZATION_READ,
        ),
        navigation.Entry(
            "manage_permissions.table",
            _l("权限"),
            "shield-lock",
            order=95,
            section="manage",
            permission=Permission.PERMISSIONS_TABLE_READ,
        ),
    )


def _division_level_label(code: str) -> Any:
    return picker_views.level_label(division_level(code))
