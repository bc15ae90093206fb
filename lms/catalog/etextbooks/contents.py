"""The table of contents of an EPUB: the navigation document of EPUB 3, or the NCX of EPUB 2."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from lms.catalog.etextbooks.archive import Archive
from lms.catalog.etextbooks.books import MOST_TITLE_CHARACTERS, Entry
from lms.catalog.etextbooks.package import Package
from lms.catalog.etextbooks.xml import local_name, parse_xml

# (reference, the file it stands in) to chapter and id; None if it leads to no chapter.
Locate = Callable[[str, str], tuple[int, str] | None]
_DEEPEST = 4
_MOST_ENTRIES = 3000


def read_contents(archive: Archive, package: Package, locate: Locate) -> tuple[Entry, ...]:
    """The entries that lead to a chapter, in order; empty if the book has no table."""
    found: list[tuple[str, str, str, int]] = []
    if package.nav is not None:
        reader = _NavReader()
        reader.feed(archive.read(package.nav).decode("utf-8", "replace"))
        found = [(package.nav, *line) for line in reader.lines]
    if not found and package.ncx is not None:
        root = parse_xml(archive.read(package.ncx))
        found = [(package.ncx, *line) for line in _points(root, 0)]
    entries = (_entry(locate(href, base), title, depth) for base, href, title, depth in found)
    return tuple(entry for entry in entries if entry is not None)[:_MOST_ENTRIES]


def _entry(place: tuple[int, str] | None, title: str, depth: int) -> Entry | None:
    title = " ".join(title.split())[:MOST_TITLE_CHARACTERS]
    if place is None or not title:
        return None
    return Entry(title, *place, depth=max(1, min(depth, _DEEPEST)))


def _points(element: Element, depth: int) -> Iterator[tuple[str, str, int]]:
    if depth > 2 * _DEEPEST:
        return
    for point in element:
        inner = depth + 1 if local_name(point) == "navPoint" else depth
        if inner > depth:
            yield _point(point, inner)
        if local_name(point) in ("navPoint", "navMap"):
            yield from _points(point, inner)


def _point(point: Element, depth: int) -> tuple[str, str, int]:
    title, href = "", ""
    for part in point:
        if local_name(part) == "navLabel":
            title = "".join(part.itertext())
        if local_name(part) == "content":
            href = part.get("src", "")
    return href, title, depth


class _NavReader(HTMLParser):
    """Gathers (reference, title, depth) of the links in the first <nav epub:type="toc">."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str, int]] = []
        self._is_inside = False
        self._depth = 0
        self._href: str | None = None
        self._title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "nav" and not self.lines:
            self._is_inside = "toc" in (given.get("epub:type") or "toc").split()
        elif self._is_inside and tag == "ol":
            self._depth += 1
        elif self._is_inside and tag == "a":
            self._href, self._title = given.get("href") or "", ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "nav":
            self._is_inside = False
        elif self._is_inside and tag == "ol":
            self._depth -= 1
        elif tag == "a" and self._href is not None:
            self.lines.append((self._href, self._title, self._depth))
            self._href = None

    def handle_data(self, data: str) -> None:
        if self._href is not None:
            self._title += data
