"""Orders, the gateway, and the mock cashier."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
