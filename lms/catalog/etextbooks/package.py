"""The package document of an EPUB: which chapters in which order, and where the contents stand.

EPUB 3.3, https://www.w3.org/TR/epub-33/ (5 Package document); EPUB 2 is read by the same rules.
"""

from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from flask_babel import lazy_gettext as _l

from lms.catalog.etextbooks.archive import Archive, locked, resolve
from lms.catalog.etextbooks.books import MOST_CHAPTERS, refusal
from lms.catalog.etextbooks.xml import named, parse_xml

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_CHAPTER_TYPES = frozenset(("application/xhtml+xml", "text/html", "application/x-dtbook+xml"))
# Fonts may be mangled without the book being locked; we use none of its fonts.
_FONT_MANGLING = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))


@dataclass(frozen=True)
class Package:
    """The paths in the archive of the chapters in reading order, and of the tables of contents.

    `nav` is the one of EPUB 3, `ncx` that of EPUB 2; either may be missing.
    """

    chapters: tuple[str, ...]
    nav: str | None
    ncx: str | None


def read_package(archive: Archive) -> Package:
    """Raises Invalid (field "file") for what is no EPUB, or one that is locked."""
    if _CONTAINER not in archive:
        raise refusal(_l("这不是 EPUB 文件（缺少目录信息），请检查后重新选择。"))
    _check_unlocked(archive)
    path = _root_file(archive)
    root = parse_xml(archive.read(path))
    items = {item.get("id", ""): item for item in named(root, "item")}
    chapters = tuple(
        place
        for reference in named(root, "itemref")
        if (item := items.get(reference.get("idref", ""))) is not None
        and item.get("media-type") in _CHAPTER_TYPES
        and (place := _place(path, item)) in archive
    )
    if not chapters or len(chapters) > MOST_CHAPTERS:
        raise refusal(_l("这个 EPUB 里没有可以阅读的章节，或章节过多，请检查后重新导出。"))
    return Package(tuple(dict.fromkeys(chapters)), *_tables(archive, path, root, items))


def _check_unlocked(archive: Archive) -> None:
    if _ENCRYPTION not in archive:
        return
    methods = named(parse_xml(archive.read(_ENCRYPTION)), "EncryptionMethod")
    if any(method.get("Algorithm") not in _FONT_MANGLING for method in methods):
        raise locked()


def _root_file(archive: Archive) -> str:
    container = parse_xml(archive.read(_CONTAINER))
    path = next((root.get("full-path", "") for root in named(container, "rootfile")), "")
    if path not in archive:
        raise refusal(_l("这不是 EPUB 文件（缺少目录信息），请检查后重新选择。"))
    return path


def _place(package: str, item: Element) -> str:
    return resolve(package, unquote(item.get("href", "")))


def _tables(
    archive: Archive, path: str, root: Element, items: dict[str, Element]
) -> tuple[str | None, str | None]:
    nav = next((i for i in items.values() if "nav" in i.get("properties", "").split()), None)
    spine = next(named(root, "spine"), None)
    ncx = items.get(spine.get("toc", "")) if spine is not None else None
    places = (None if item is None else _place(path, item) for item in (nav, ncx))
    first, second = (place if place is not None and place in archive else None for place in places)
    return first, second
