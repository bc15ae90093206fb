"""Where pages lie. No route serves this folder: the gate alone reads from it.

readings/<random>/0001.html    a page of text with its pictures in it
readings/<random>/0001.pdf     a page of a PDF
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lms.core.errors import NotFound
from lms.core.files import files, forget_file
from lms.readings.cutting import Cut
from lms.readings.models import Reading

READINGS = "readings"


@dataclass(frozen=True)
class Pages:
    """Pages that are stored: in which folder, how many, and the bytes they take."""

    path: str
    count: int
    size_bytes: int


@contextmanager
def stored(cut: Cut) -> Iterator[Pages]:
    """Keep the pages while the block makes the row that names them; forget them if it fails.

    Around the transaction and not in it: a bucket takes its time, and others wait for the lock.
    """
    path = f"{READINGS}/{secrets.token_hex(16)}"
    try:
        contents = {
            page_path(path, number, is_pdf=cut.is_pdf): content
            for number, content in enumerate(cut.pages)
        }
        files().write_all(contents)
        yield Pages(path, len(cut.pages), cut.size_bytes)
    except BaseException:
        forget_file(path)
        raise


def page_path(folder: str, number: int, *, is_pdf: bool) -> str:
    """The path of page `number`, counted from 0."""
    return f"{folder}/{number + 1:04}.{'pdf' if is_pdf else 'html'}"


def page_content(reading: Reading, number: int) -> bytes:
    """The page, counted from 0. Whoever asks must have been let in. Raises NotFound."""
    try:
        return files().read(page_path(reading.path, number, is_pdf=reading.is_pdf))
    except FileNotFoundError:
        raise NotFound() from None
