"""Housekeeping that belongs to no feature."""

from flask import Flask

from lms.core.tasks import every
from lms.upkeep import cli, tasks

SWEEP_SECONDS = 600


def register(app: Flask) -> None:
    """Let beat run the sweeps, and operators the commands."""
    app.cli.add_command(cli.media_check)
    every(SWEEP_SECONDS, tasks.forget_delivered_messages)
