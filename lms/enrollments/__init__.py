"""Study cycles: who may study what, why, and how it ended."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
