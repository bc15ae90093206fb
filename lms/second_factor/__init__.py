"""The second factor of staff: one-time passwords, passkeys, recovery codes."""

from flask import Flask


def register(app: Flask) -> None:
    """Nothing yet."""
