"""Where e-textbooks lie. Names are made here; none comes from the book.

media/originals/etextbooks/<random>.pdf                a PDF as it came
media/originals/etextbooks/<random>/0001.html          chapters of safe HTML
media/originals/etextbooks/<random>/pictures/<hash>    their pictures, written anew
"""

import secrets
import shutil
from pathlib import Path

from lms.catalog.etextbooks.books import Book
from lms.catalog.files import media_file, write_file
from lms.catalog.models import Etextbook, EtextbookFormat
from lms.core.errors import NotFound

_FOLDER = "originals/etextbooks"


def store_book(book: Book) -> tuple[str, int]:
    """Keep a book; returns its path under media/ and the bytes it takes there."""
    path = f"{_FOLDER}/{secrets.token_hex(16)}"
    if book.format is EtextbookFormat.PDF:
        path = f"{path}.pdf"
        write_file(media_file(path), book.pdf)
        return path, len(book.pdf)
    files = {f"{number:04}.html": text.encode() for number, text in enumerate(book.chapters, 1)}
    files |= {f"pictures/{name}": content for name, content in book.pictures.items()}
    try:
        for name, content in files.items():
            write_file(media_file(path) / name, content)
    except BaseException:
        shutil.rmtree(media_file(path), ignore_errors=True)
        raise
    return path, sum(map(len, files.values()))


def chapter_html(etextbook: Etextbook, number: int) -> str:
    """The safe HTML of a chapter, counted from 1. Raises NotFound."""
    try:
        return (media_file(etextbook.path) / f"{number:04}.html").read_text(encoding="utf-8")
    except OSError:
        raise NotFound() from None


def picture_file(etextbook: Etextbook, name: str) -> Path:
    """The file of a picture, whose name has no folders. Raises NotFound."""
    file = media_file(etextbook.path) / "pictures" / name
    if etextbook.format is EtextbookFormat.PDF or not file.is_file():
        raise NotFound()
    return file
