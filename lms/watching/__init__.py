"""The gate: lease, clock, pop-ups, key release, and the player."""

from flask import Flask

from lms.core.events import cycle_leaving, cycle_withdrawn
from lms.core.tasks import every
from lms.watching import gate, tasks, views
from lms.watching.operations import drop_lease
from lms.watching.release import KeyRelease
from lms.watching.tokens import TokenSigner


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    settings = app.extensions["settings"]
    app.register_blueprint(views.blueprint)
    cycle_withdrawn.connect(drop_lease)
    cycle_leaving.connect(drop_lease)
    signer = TokenSigner(settings.secret_key)
    gate.register(app, KeyRelease(app, settings.prefetch_windows, signer))
    every(60, tasks.finish_seen_lessons)
