"""Jinja filters: money, hours, instants and days as people read them."""

import datetime as dt

from flask import Flask
from flask_babel import format_date, format_datetime

from lms.core.types import Fen, Hours


def yuan(fen: Fen) -> str:
    """600 fen as "6.00"."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole}.{rest:02d}"


def when(instant: dt.datetime | None) -> str:
    """An instant in Shanghai time, to the minute."""
    return format_datetime(instant, "yyyy-MM-dd HH:mm") if instant else ""


def when_exactly(instant: dt.datetime | None) -> str:
    """An instant in Shanghai time, to the second."""
    return format_datetime(instant, "yyyy-MM-dd HH:mm:ss") if instant else ""


def day(date: dt.date | None) -> str:
    """A day as 2024-08-31."""
    return format_date(date, "yyyy-MM-dd", rebase=False) if date else ""


def duration(seconds: float) -> str:
    """Seconds as 4:05 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def hours(value: Hours) -> str:
    """Credit hours as "2.5"."""
    return str(value)


def how_many(value: Hours) -> int:
    """1 for exactly one credit hour, else 2: what languages with a plural ask of a number.

    Nought and fractions take the plural, in English as in the catalogues' own rule.
    """
    return 1 if value == Hours(10) else 2


def file_size(size_bytes: int) -> str:
    """Bytes as "3.2 MB"."""
    size = float(size_bytes)
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def register(app: Flask) -> None:
    for function in (yuan, when, when_exactly, day, duration, hours, how_many, file_size):
        app.jinja_env.filters[function.__name__] = function
