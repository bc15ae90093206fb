"""Study cycles: who may study what, why, and how it ended."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from lms.catalog.operations import add_study_check
from lms.core.events import person_merged
from lms.enrollments import merging, suggestions, views
from lms.enrollments.queries import has_cycles
from lms.web import navigation, slots


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.register_blueprint(views.blueprint)
    add_study_check(app, has_cycles)
    person_merged.connect(merging.merge_cycles)
    slots.fill(app, "course.actions", views.course_action, order=10)
    slots.fill(app, "me.cards", views.my_cycles, order=30)
    slots.fill(app, "statements.shortfall", suggestions.courses_that_close)
    navigation.add(app, navigation.Entry("accounts.me", _l("我的学习"), "school", order=20))
