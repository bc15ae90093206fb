"""A chapter's safe HTML as a flow of pieces, none of which may be cut.

Sentences are pieces, and so is whatever must stay together: a heading, a table, a picture with its
words, a formula set in lines. Between two pieces a page may end.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from lms.readings.rules import PICTURE_CHARACTERS, sentences, weight_of

_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_WHOLE = frozenset(("table", "figure", "pre", "ruby", "dl", "caption", *_HEADINGS))
_LONE = frozenset(("br", "col", "hr", "img"))
_OUTSIDE = re.compile(r"(?:https?:|mailto:)", re.IGNORECASE)

Attributes = list[tuple[str, str | None]]
# The name of a picture of the book to an address that holds it, or None.
Picture = Callable[[str], str | None]


@dataclass(frozen=True)
class Opening:
    """A tag that is open, to be opened again on the next page."""

    tag: str
    attributes: tuple[tuple[str, str], ...]

    def html(self, *, again: bool = False, items: int = 0) -> str:
        """The tag. Opened again it has no id, and a list goes on after its first `items` items."""
        given = dict(self.attributes)
        if again:
            given.pop("id", None)
            if self.tag == "ol" and items:
                given["start"] = str(int(given.get("start", 1)) + items)
            if self.tag == "li":
                given["class"] = "book-continued"
        pairs = (f' {name}="{escape(value)}"' for name, value in given.items())
        return f"<{self.tag}{''.join(pairs)}>"


@dataclass
class Piece:
    """What may not be cut: its HTML, its weight, and the tags around it, outermost first."""

    html: str
    weight: int
    around: tuple[tuple[int, Opening], ...]
    is_heading: bool = False


@dataclass
class Flow:
    """The pieces of a book in order, and where its ids begin: (chapter, id) to a piece's number."""

    pieces: list[Piece] = field(default_factory=list)
    anchors: dict[tuple[int, str], int] = field(default_factory=dict)
    chapters: dict[int, int] = field(default_factory=dict)


class FlowReader(HTMLParser):
    """Adds chapters, one after the other, to a flow."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(convert_charrefs=True)
        self.flow = Flow()
        self._picture = picture
        self._chapter = 0
        self._opened = 0
        self._around: list[tuple[int, Opening]] = []
        # What is gathered of a piece that stays together, and how deep it is nested.
        self._whole: list[str] = []
        self._weight = 0
        self._depth = 0

    def add(self, number: int, html: str) -> None:
        """Read the chapter of this number."""
        self._chapter = number
        self.flow.chapters[number] = len(self.flow.pieces)
        self.feed(html)
        self.close()
        self.reset()
        self._around, self._depth = [], 0

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = self._kept(tag, attrs)
        opening = Opening(tag, tuple(given.items()))
        if "id" in given:
            self.flow.anchors.setdefault((self._chapter, given["id"]), len(self.flow.pieces))
        if self._depth or tag in _WHOLE:
            self._depth += tag not in _LONE
            self._whole.append(opening.html())
            self._weight += self._weight_of(tag)
        elif tag in _LONE:
            self._put(opening.html(), self._weight_of(tag))
        else:
            self._opened += 1
            self._around.append((self._opened, opening))

    def handle_endtag(self, tag: str) -> None:
        if tag in _LONE:
            return
        if self._depth:
            self._depth -= 1
            self._whole.append(f"</{tag}>")
            if not self._depth:
                html, weight = "".join(self._whole), self._weight
                self._whole, self._weight = [], 0
                self._put(html, weight, is_heading=tag in _HEADINGS)
        elif self._around and self._around[-1][1].tag == tag:
            self._around.pop()

    def handle_data(self, data: str) -> None:
        if self._depth:
            self._whole.append(escape(data, quote=False))
            self._weight += weight_of(data)
            return
        for sentence in sentences(data):
            self._put(escape(sentence, quote=False), weight_of(sentence))

    def _put(self, html: str, weight: int, *, is_heading: bool = False) -> None:
        if html.strip() or self.flow.pieces:
            self.flow.pieces.append(Piece(html, weight, tuple(self._around), is_heading))

    def _weight_of(self, tag: str) -> int:
        return PICTURE_CHARACTERS if tag == "img" else 0

    def _kept(self, tag: str, attrs: Attributes) -> dict[str, str]:
        given = {name: value or "" for name, value in attrs}
        # What leads to another place of the book may lead to a page that is not open yet.
        if tag == "a" and not _OUTSIDE.match(given.get("href", "")):
            given.pop("href", None)
        if tag == "img":
            address = self._picture(given.pop("src", "").removeprefix("pictures/"))
            given |= {"src": address} if address else {}
        return given
