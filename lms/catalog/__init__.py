"""Courses, lessons and e-textbooks: what can be studied."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from lms.auditing import subjects
from lms.catalog import (
    manage_content_views,
    manage_quality_views,
    manage_review_views,
    manage_subject_views,
    manage_views,
    merging,
    policies,
    retention,
    shown,
    views,
)
from lms.catalog.etextbooks import views as etextbook_views
from lms.core.events import person_merged
from lms.core.permissions import Permission
from lms.web import navigation, slots

# Their routes join the blueprint of manage_views when they are imported.
__all__ = ["manage_content_views", "manage_quality_views", "register"]


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    # A wrong file stops the start and not a learner's page.
    policies.policies()
    app.register_blueprint(views.blueprint)
    app.register_blueprint(manage_views.blueprint)
    app.register_blueprint(manage_review_views.blueprint)
    app.register_blueprint(etextbook_views.blueprint)
    slots.fill(app, "front.sections", views.front_section, order=10)
    slots.fill(app, "manage.tab", manage_subject_views.subjects_tab, order=10)
    person_merged.connect(merging.merge_lecturer)
    retention.register(app)
    subjects.describe(app, "course", shown.shown_courses)
    navigation.add(app, _catalogue_entry(), _manage_entry(), _review_entry())


def _catalogue_entry() -> navigation.Entry:
    return navigation.Entry(
        "catalog.courses", _lp("navigation", "课程"), "books", order=10, guests=True
    )


def _manage_entry() -> navigation.Entry:
    return navigation.Entry(
        "manage_catalog.courses",
        _l("课程管理"),
        "presentation",
        order=10,
        section="manage",
        permission=Permission.CATALOG_COURSE_EDIT,
    )


def _review_entry() -> navigation.Entry:
    return navigation.Entry(
        "manage_reviews.reviews",
        _l("课程审核"),
        "rubber-stamp",
        order=15,
        section="manage",
        permission=Permission.CATALOG_REVIEW_READ,
        count=manage_review_views.waiting_count,
    )
