"""Who belongs to which unit: registration, approval, moves, leaving, merging duplicates."""

from flask import Flask


def register(app: Flask) -> None:
    """Nothing yet."""
