"""What a file somebody gives us as an e-textbook becomes, before anything is kept."""

from dataclasses import asdict, dataclass, field
from typing import Any

from lms.catalog.models import EtextbookFormat
from lms.core.errors import Invalid

# Unpacked, a book of text stays far below these; whatever is above them is no book to read.
MOST_FILES = 3000
MOST_CHAPTERS = 1000
MOST_PICTURES = 1000
LARGEST_UNPACKED_BYTES = 100 * 1024 * 1024
LARGEST_CHAPTER_BYTES = 3 * 1024 * 1024
MOST_TITLE_CHARACTERS = 120
# Ids of a book are its own: none of them may stand for a part of our page.
ID_PREFIX = "book-"


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents: its chapter from 1 on, and an id in it or ""."""

    title: str
    chapter: int
    anchor: str = ""
    depth: int = 1

    def record(self) -> dict[str, Any]:
        """The entry as the database keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Book:
    """A readable book: a PDF as it came, or chapters of safe HTML with their pictures.

    `pictures` are the bytes by the name under which chapters ask for them. `left_out` counts the
    pictures that could not be read or lie elsewhere.
    """

    format: EtextbookFormat
    pdf: bytes = b""
    chapters: tuple[str, ...] = ()
    contents: tuple[Entry, ...] = ()
    pictures: dict[str, bytes] = field(default_factory=dict)
    left_out: int = 0


def refusal(message: Any) -> Invalid:
    """The error that tells at the field of the file why it is refused."""
    return Invalid(message, field="file")
