"""Certificates: issue, PDF, QR code, verification, revocation."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
