"""The hour bank: intake, ledger, yearly sums."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
