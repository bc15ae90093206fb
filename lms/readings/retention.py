"""Which folders of pages rows name."""

from collections.abc import Iterable

from flask import Flask
from sqlalchemy import select

from lms.core.db import db
from lms.readings.models import Reading
from lms.readings.storage import READINGS, page_path
from lms.upkeep.references import Reference, add_source


def register(app: Flask) -> None:
    """Tell which files rows name."""
    add_source(app, READINGS, kept_pages)


def kept_pages() -> Iterable[Reference]:
    """The pages of drafts, and of versions whose drafts have others by now."""
    for reading in db.session.scalars(select(Reading)):
        witness = page_path(reading.path, reading.page_count - 1, is_pdf=reading.is_pdf)
        yield Reference(reading.path, f"reading:{reading.id}", is_folder=True, witness=witness)
