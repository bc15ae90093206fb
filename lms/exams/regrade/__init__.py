"""Regrades: a key that was wrong is mended, and marks, results, certificates and hours follow."""

from flask import Flask, render_template

from lms.core.permissions import Permission
from lms.core.tasks import every
from lms.exams.regrade import tasks, views
from lms.questions.models import Question
from lms.web import slots
from lms.web.auth import permissions_here

SWEEP_SECONDS = 30


def register(app: Flask) -> None:
    """Add what this part of exams brings to the application."""
    app.register_blueprint(views.blueprint)
    slots.fill(app, "manage.question", _mend_link)
    every(SWEEP_SECONDS, tasks.resume_regrades)


def _mend_link(question: Question) -> str | None:
    if Permission.EXAMS_REGRADE_APPLY not in permissions_here():
        return None
    return render_template("exams/regrade/_link.html", question=question)
