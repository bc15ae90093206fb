"""Papers, attempts, results and re-study."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
