"""Documents that leave the house: set as PDF, signed, with a QR code, and told from forgeries."""

from flask import Flask

from lms.core.tasks import every
from lms.documents import cli, tasks

SWEEP_SECONDS = 60


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    app.cli.add_command(cli.prepare_certificates)
    every(SWEEP_SECONDS, tasks.build_fonts)
