"""Courses, lessons and e-textbooks: what can be studied."""

from flask import Flask


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
