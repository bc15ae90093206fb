"""Units register and are approved; posts are granted and end; who may do what."""

from flask import Flask


def register(app: Flask) -> None:
    """Nothing yet."""
