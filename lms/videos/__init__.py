"""From an uploaded original to encrypted windows."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
