"""The audit trail: reading, exporting and proving it unaltered."""

from flask import Flask


def register(app: Flask) -> None:
    """Nothing yet."""
