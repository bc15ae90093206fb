"""The gate: lease, clock, pop-ups, key release, and the player."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
