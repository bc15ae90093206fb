"""Study cycles: who may study what, why, and how it ended."""

from flask import Flask

from lms.catalog.operations import add_study_check
from lms.enrollments.queries import has_cycles


def register(app: Flask) -> None:
    """Add what this feature brings to the application."""
    add_study_check(app, has_cycles)
