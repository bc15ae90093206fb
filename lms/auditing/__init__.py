"""The audit trail: reading, exporting and proving it unaltered."""

from flask import Flask

from lms.auditing import cli, guards, tasks
from lms.core.tasks import every

__all__ = ["guards", "register"]

SEAL_SECONDS = 600


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    cli.register(app)
    every(SEAL_SECONDS, tasks.seal_audit)
