"""One-time codes: first passwords of imported people, forgotten passwords, and how they are sent."""

from flask import Flask


def register(app: Flask) -> None:
    """Nothing yet."""
