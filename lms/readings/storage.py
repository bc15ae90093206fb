"""Where pages lie. No route serves this folder: the gate alone reads from it.

readings/<random>/0001.html    a page of text with its pictures in it
readings/<random>/0001.pdf     a page of a PDF
"""

import secrets

from lms.core.errors import NotFound
from lms.core.files import files
from lms.readings.cutting import Cut
from lms.readings.models import Reading

READINGS = "readings"


def store_pages(cut: Cut, *, is_pdf: bool) -> str:
    """Keep the pages; returns the folder."""
    path = f"{READINGS}/{secrets.token_hex(16)}"
    try:
        files().write_all(
            {
                page_path(path, number, is_pdf=is_pdf): content
                for number, content in enumerate(cut.pages)
            }
        )
    except BaseException:
        files().remove(path)
        raise
    return path


def page_path(folder: str, number: int, *, is_pdf: bool) -> str:
    """The path of page `number`, counted from 0."""
    return f"{folder}/{number + 1:04}.{'pdf' if is_pdf else 'html'}"


def page_content(reading: Reading, number: int) -> bytes:
    """The page, counted from 0. Whoever asks must have been let in. Raises NotFound."""
    try:
        return files().read(page_path(reading.path, number, is_pdf=reading.is_pdf))
    except FileNotFoundError:
        raise NotFound() from None
