"""An EPUB, 3 or 2, as a book of our own chapters and pictures."""

from urllib.parse import unquote, urldefrag, urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.catalog.etextbooks.archive import Archive, resolve
from lms.catalog.etextbooks.books import (
    ID_PREFIX,
    LARGEST_CHAPTER_BYTES,
    MOST_PICTURES,
    Book,
    Entry,
    refusal,
)
from lms.catalog.etextbooks.contents import read_contents
from lms.catalog.etextbooks.package import Package, read_package
from lms.catalog.etextbooks.pictures import clean_picture
from lms.catalog.etextbooks.rewriting import Chapter, References, rewrite_chapter
from lms.catalog.etextbooks.texts import decode_text
from lms.catalog.models import EtextbookFormat


def read_epub(content: bytes) -> Book:
    """Raises Invalid (field "file") for what is damaged, locked, dangerous or no EPUB."""
    archive = Archive(content)
    package = read_package(archive)
    return _Reading(archive, package).book()


class _Reading:
    """One book on its way: chapters are read in turn, and the pictures that they ask for."""

    def __init__(self, archive: Archive, package: Package) -> None:
        self._archive = archive
        self._package = package
        self._numbers = {path: number for number, path in enumerate(package.chapters, start=1)}
        self._names: dict[str, str | None] = {}
        self._pictures: dict[str, bytes] = {}

    def book(self) -> Book:
        chapters = [self._chapter(path) for path in self._package.chapters]
        if not any(chapter.html for chapter in chapters):
            raise refusal(_l("这个 EPUB 里没有可以阅读的章节，或章节过多，请检查后重新导出。"))
        contents = read_contents(self._archive, self._package, self._locate)
        return Book(
            format=EtextbookFormat.EPUB,
            chapters=tuple(chapter.html for chapter in chapters),
            contents=contents or _contents_of(chapters),
            pictures=self._pictures,
            left_out=sum(name is None for name in self._names.values()),
        )

    def _chapter(self, path: str) -> Chapter:
        if self._archive.size_of(path) > LARGEST_CHAPTER_BYTES:
            raise refusal(_l("书里有一章过大，网页无法阅读，请拆分章节后再上传。"))
        references = References(
            link=lambda href: self._link(href, path),
            picture=lambda source: self._picture(source, path),
        )
        return rewrite_chapter(decode_text(self._archive.read(path)), references)

    def _locate(self, href: str, base: str) -> tuple[int, str] | None:
        """The chapter, and the id in it, that a reference standing in `base` leads to."""
        place, fragment = urldefrag(href)
        number = self._numbers.get(resolve(base, unquote(place)) if place else base)
        anchor = f"{ID_PREFIX}{unquote(fragment)}" if fragment else ""
        return None if number is None else (number, anchor)

    def _link(self, href: str, base: str) -> str | None:
        if is_address(href):
            return href if urlsplit(href).scheme in ("http", "https", "mailto") else None
        place = self._locate(href, base)
        if place is None:
            return None
        number, anchor = place
        return f"{number}#{anchor}" if anchor else str(number)

    def _picture(self, source: str, base: str) -> str | None:
        path = resolve(base, unquote(urldefrag(source)[0]))
        if path not in self._names:
            self._names[path] = None if is_address(source) else self._take(path)
        name = self._names[path]
        return None if name is None else f"pictures/{name}"

    def _take(self, path: str) -> str | None:
        if path not in self._archive:
            return None
        if len(self._names) >= MOST_PICTURES:
            raise refusal(_l("书里的图片过多，请拆分后再上传。"))
        cleaned = clean_picture(self._archive.read(path))
        if cleaned is None:
            return None
        name, content = cleaned
        self._pictures[name] = content
        return name


def is_address(href: str) -> bool:
    """Whether a reference leads out of the book: it names a scheme or a host."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc)


def _contents_of(chapters: list[Chapter]) -> tuple[Entry, ...]:
    """A table for a book that has none: each chapter by its first heading or title."""
    return tuple(
        Entry(_name_of(chapter, number), number) for number, chapter in enumerate(chapters, start=1)
    )


def _name_of(chapter: Chapter, number: int) -> str:
    if chapter.headings:
        return chapter.headings[0].text
    return chapter.title or _("第 %(number)d 部分", number=number)
