"""Credits earned here, and their delivery to the hour bank."""

from flask import Flask

from lms.core import events
from lms.core.tasks import every
from lms.hours import bank, operations, tasks


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.extensions["bank_client"] = bank.new_client
    events.certificate_revoked.connect(operations.reverse_revoked)
    every(app.extensions["settings"].delivery_every, tasks.deliver_due)
