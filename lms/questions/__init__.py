"""One bank of questions for pop-ups and exams."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
