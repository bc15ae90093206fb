"""Where e-textbooks lie. Names are made here; none comes from the book.

originals/etextbooks/<random>.pdf                a PDF as it came
originals/etextbooks/<random>/0001.html          chapters of safe HTML
originals/etextbooks/<random>/pictures/<hash>    their pictures, written anew
"""

import secrets

from lms.catalog.etextbooks.books import Book
from lms.catalog.models import Etextbook, EtextbookFormat
from lms.core.errors import NotFound
from lms.core.files import files

ETEXTBOOKS = "originals/etextbooks"


def store_book(book: Book) -> tuple[str, int]:
    """Keep a book; returns its path and the bytes it takes there."""
    path = f"{ETEXTBOOKS}/{secrets.token_hex(16)}"
    if book.format is EtextbookFormat.PDF:
        path = f"{path}.pdf"
        files().write(path, book.pdf)
        return path, len(book.pdf)
    parts = {f"{number:04}.html": text.encode() for number, text in enumerate(book.chapters, 1)}
    parts |= {f"pictures/{name}": content for name, content in book.pictures.items()}
    try:
        files().write_all({f"{path}/{name}": content for name, content in parts.items()})
    except BaseException:
        files().remove(path)
        raise
    return path, sum(map(len, parts.values()))


def chapter_html(etextbook: Etextbook, number: int) -> str:
    """The safe HTML of a chapter, counted from 1. Raises NotFound."""
    try:
        return files().read(f"{etextbook.path}/{number:04}.html").decode()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound() from None


def picture_path(etextbook: Etextbook, name: str) -> str:
    """The path of a picture, whose name has no folders. Raises NotFound."""
    if etextbook.format is EtextbookFormat.PDF:
        raise NotFound()
    return f"{etextbook.path}/pictures/{name}"
