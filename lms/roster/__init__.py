"""People imported from a workbook: dry run, marked workbook, one transaction."""

from flask import Flask


def register(app: Flask) -> None:
    """Nothing yet."""
