"""Points in pages."""

from flask import Flask


def register(app: Flask) -> None:
    app.jinja_env.filters["points"] = points


def points(hundredths: int) -> str:
    """Hundredths of a point as people write them: 850 is "8.5", 1000 is "10"."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
