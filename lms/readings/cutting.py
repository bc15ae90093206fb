"""From an e-textbook and a choice of its contents to pages, before anything is kept."""

import base64
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.catalog.etextbooks.storage import chapter_html, picture_path
from lms.catalog.models import Etextbook, EtextbookFormat
from lms.core.errors import Invalid, NotFound
from lms.core.files import content_type, files
from lms.readings.flow import FlowReader
from lms.readings.pdf_pages import cut_pdf, open_pdf
from lms.readings.text_pages import cut_text

MOST_PAGES = 300
# Each page of a PDF brings its own fonts along.
LARGEST_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True)
class Cut:
    """The pages of a stretch, in order, as they are stored."""

    pages: tuple[bytes, ...]
    is_pdf: bool

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.pages))


def most_of(book: Etextbook) -> int:
    """The number of the last page of a PDF, or of the last entry of the contents of another book.

    Raises Invalid (field "book") for a PDF that cannot be cut.
    """
    if book.format is EtextbookFormat.PDF:
        return len(open_pdf(_content(book)).pages)
    return len(book.contents) - 1


def cut_stretch(book: Etextbook, first: int, last: int) -> Cut:
    """Cut the book from `first` to `last`, as `Reading` counts them.

    It takes a moment for a large PDF, better spent outside of a transaction. Raises Invalid, naming
    the field, for a stretch that is none, holds nothing to read, or is too long.
    """
    is_pdf = book.format is EtextbookFormat.PDF
    _check(first, last, least=1 if is_pdf else 0, most=most_of(book))
    if is_pdf and last - first >= MOST_PAGES:
        raise _too_long()
    cut = Cut(tuple(_pdf(book, first, last) if is_pdf else _text(book, first, last)), is_pdf)
    if not cut.pages:
        raise Invalid(_l("选定的这一段没有可以阅读的内容，请重新选择。"), field="first")
    if len(cut.pages) > MOST_PAGES or cut.size_bytes > LARGEST_BYTES:
        raise _too_long()
    return cut


def _check(first: int, last: int, *, least: int, most: int) -> None:
    if not least <= first <= most:
        raise Invalid(_l("起点不在这本教材里，请重新选择。"), field="first")
    if not first <= last <= most:
        raise Invalid(_l("终点应在教材之内，并且不早于起点。"), field="last")


def _too_long() -> Invalid:
    message = _("这一段太长：一个课时最多 %(most)d 页，请分成几个课时。", most=MOST_PAGES)
    return Invalid(message, field="last")


def _content(book: Etextbook) -> bytes:
    try:
        return files().read(book.path)
    except FileNotFoundError:
        raise NotFound() from None


def _pdf(book: Etextbook, first: int, last: int) -> list[bytes]:
    return cut_pdf(open_pdf(_content(book)), first, last)


def _text(book: Etextbook, first: int, last: int) -> list[bytes]:
    start, end = book.contents[first], _entry_after(book, last)
    until = end["chapter"] if end is not None else book.chapter_count
    reader = FlowReader(_Pictures(book).address)
    for number in range(start["chapter"], until + 1):
        reader.add(number, chapter_html(book, number))
    flow = reader.flow

    def place(entry: dict[str, Any]) -> int:
        beginning = flow.chapters[entry["chapter"]]
        return flow.anchors.get((entry["chapter"], entry["anchor"]), beginning)

    stop = place(end) if end is not None else len(flow.pieces)
    return [page.encode() for page in cut_text(flow, place(start), stop)]


def _entry_after(book: Etextbook, last: int) -> dict[str, Any] | None:
    """The first entry behind the last one and all that it holds; None at the end of the book."""
    depth = book.contents[last]["depth"]
    after: list[dict[str, Any]] = book.contents[last + 1 :]
    return next((entry for entry in after if entry["depth"] <= depth), None)


class _Pictures:
    """Pictures as part of the page that shows them: so none has an address of its own to guess."""

    def __init__(self, book: Etextbook) -> None:
        self._book = book
        self._known: dict[str, str | None] = {}

    def address(self, name: str) -> str | None:
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> str | None:
        path = picture_path(self._book, name)
        try:
            content = files().read(path)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        return f"data:{content_type(path)};base64,{base64.b64encode(content).decode()}"
