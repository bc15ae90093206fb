"""One chapter of a book as safe HTML of our own: text and structure, no scripts, nothing loaded.

Two passes: the first follows references and drops what is no text, tolerant of XHTML as of HTML;
the second, nh3, lets through only what is listed here, whatever the first one made.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

import nh3

from lms.catalog.etextbooks.books import ID_PREFIX, MOST_TITLE_CHARACTERS

_TEXT = (
    "a abbr b blockquote br caption cite code col colgroup dd del dfn div dl dt em figcaption "
    "figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small "
    "span strong sub sup table tbody td tfoot th thead tr u ul var"
)
_TEXT_TAGS = frozenset(_TEXT.split())
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "id", "lang", "title"},
    "a": {"href"},
    "col": {"span"},
    "colgroup": {"span"},
    "img": {"alt", "height", "src", "width"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_CLASSES = {"book-center", "book-right"}
_OWN_PICTURE = re.compile(r"pictures/[0-9a-f]{32}\.(?:jpeg|png|svg|webp)")


def _guard(tag: str, name: str, value: str) -> str | None:
    """A picture is one of ours or none: nothing is loaded from anywhere else."""
    if tag == "img" and name == "src" and not _OWN_PICTURE.fullmatch(value):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(_TEXT_TAGS),
    attributes=_ATTRIBUTES,
    allowed_classes=dict.fromkeys(_TEXT_TAGS, _CLASSES),
    attribute_filter=_guard,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
)
# With these goes all they hold.
_HIDDEN = (
    "annotation audio button canvas head iframe noscript object script select style template "
    "textarea title video"
)
_DROPPED = frozenset(_HIDDEN.split())
# What may stand in a head; its end, and that of others, need not be written in HTML.
_OF_HEAD = frozenset(("base", "link", "meta", *_DROPPED))
_LONE = frozenset(("br", "col", "hr", "img"))
_HEADINGS = {f"h{level}": f"h{min(level + 1, 6)}" for level in range(1, 7)}
_ALIGNED = re.compile(r"text-align\s*:\s*(center|right)", re.IGNORECASE)


@dataclass(frozen=True)
class References:
    """How a chapter's references are followed: to an address within the book, or None."""

    link: Callable[[str], str | None]
    picture: Callable[[str], str | None]


@dataclass(frozen=True)
class Heading:
    """A heading of a chapter: its level in the original, its text, and the id it has now."""

    level: int
    text: str
    anchor: str


@dataclass
class Chapter:
    """A rewritten chapter and what is to be found in it."""

    html: str = ""
    title: str = ""
    headings: list[Heading] = field(default_factory=list)


def rewrite_chapter(source: str, references: References) -> Chapter:
    """The chapter as safe HTML. Headings go one level down, for the page has the first one."""
    rewriter = _Rewriter(references)
    rewriter.feed(source)
    rewriter.close()
    chapter = rewriter.chapter
    chapter.html = _CLEANER.clean("".join(rewriter.pieces)).strip()
    chapter.title = " ".join(chapter.title.split())[:MOST_TITLE_CHARACTERS]
    return chapter


class _Rewriter(HTMLParser):
    def __init__(self, references: References) -> None:
        super().__init__()
        self.chapter = Chapter()
        self.pieces: list[str] = []
        self._references = references
        # The open elements of which nothing is kept, the innermost last.
        self._dropped: list[str] = []
        self._drawings = 0
        self._heading: tuple[int, str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._dropped == ["head"] and tag not in _OF_HEAD:
            self._dropped.clear()
        if tag in _DROPPED or self._dropped:
            if tag in _DROPPED:
                self._dropped.append(tag)
            return
        if tag == "svg":
            self._drawings += 1
        elif tag == "image":
            # The way many books show their cover: a drawing that holds nothing but a picture.
            self._open("img", {**given, "src": given.get("xlink:href") or given.get("href", "")})
        elif not self._drawings:
            self._open(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            if tag in self._dropped:
                del self._dropped[self._dropped.index(tag) :]
            return
        if tag == "svg":
            self._drawings = max(0, self._drawings - 1)
        elif not self._drawings and tag not in _LONE:
            self._end_heading(tag)
            self.pieces.append(f"</{_HEADINGS.get(tag, tag)}>" if _is_kept(tag) else "")

    def handle_data(self, data: str) -> None:
        if self._dropped:
            if self._dropped[-1] == "title":
                self.chapter.title += data
            return
        if not self._drawings:
            self.pieces.append(escape(data, quote=False))
            if self._heading is not None:
                self._heading[2].append(data)

    def _open(self, tag: str, given: dict[str, str]) -> None:
        if tag in _HEADINGS:
            given["id"] = given.get("id") or f"heading-{len(self.chapter.headings) + 1}"
            self._heading = (int(tag[1]), f"{ID_PREFIX}{given['id']}", [])
        if not _is_kept(tag):
            # Whatever names an unknown element may still be what a link leads to.
            tag, given = "span", {"id": given["id"]} if "id" in given else {}
            if not given:
                return
            self.pieces.append(f"{self._tag(tag, given)}</span>")
            return
        if tag == "img" and self._references.picture(given.get("src", "")) is None:
            self.pieces.append(f"<span>{escape(given.get('alt', ''))}</span>")
            return
        self.pieces.append(self._tag(_HEADINGS.get(tag, tag), given))

    def _tag(self, tag: str, given: dict[str, str]) -> str:
        kept = {k: v for k, v in given.items() if k not in ("class", "style", "href", "src")}
        if "id" in kept:
            kept["id"] = f"{ID_PREFIX}{kept['id']}"
        if "name" in given and tag == "a" and "id" not in kept:
            kept["id"] = f"{ID_PREFIX}{given['name']}"
        if tag == "a" and (address := self._references.link(given.get("href", ""))):
            kept["href"] = address
        if tag == "img" and (address := self._references.picture(given.get("src", ""))):
            kept["src"] = address
        if aligned := _ALIGNED.search(given.get("style", "")):
            kept["class"] = f"book-{aligned[1].lower()}"
        pairs = (f' {name}="{escape(value)}"' for name, value in kept.items() if _is_name(name))
        return f"<{tag}{''.join(pairs)}>"

    def _end_heading(self, tag: str) -> None:
        if self._heading is None or tag not in _HEADINGS:
            return
        level, anchor, parts = self._heading
        text = " ".join("".join(parts).split())[:MOST_TITLE_CHARACTERS]
        if text:
            self.chapter.headings.append(Heading(level, text, anchor))
        self._heading = None


def _is_kept(tag: str) -> bool:
    return tag in _TEXT_TAGS or tag in _HEADINGS


def _is_name(name: str) -> bool:
    return name.isascii() and name.replace("-", "").isalnum()
