"""Credits earned here, and their delivery to the hour bank."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
