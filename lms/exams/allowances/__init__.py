"""Extra time in exams for people on record."""

from flask import Flask

from lms.core.events import person_merged
from lms.exams.allowances import views
from lms.exams.allowances.operations import merge_allowances
from lms.web import slots


def register(app: Flask) -> None:
    """Add what this part of the exams brings."""
    app.register_blueprint(views.blueprint)
    person_merged.connect(merge_allowances)
    slots.fill(app, "person.cards", views.person_card, order=40)
