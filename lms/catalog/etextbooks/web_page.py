"""A single HTML file as a book of one chapter, with its headings for contents."""

import base64
import binascii
import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.catalog.etextbooks.books import (
    ID_PREFIX,
    LARGEST_CHAPTER_BYTES,
    MOST_PICTURES,
    Book,
    Entry,
    refusal,
)
from lms.catalog.etextbooks.epub import is_address
from lms.catalog.etextbooks.pictures import clean_picture
from lms.catalog.etextbooks.rewriting import Chapter, References, rewrite_chapter
from lms.catalog.etextbooks.texts import decode_text
from lms.catalog.models import EtextbookFormat
from lms.catalog.rules import PDF_MAGIC

_BEGINNING = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_BEGINS_WITHIN = 2048
_LIVELY = re.compile(
    r"<script[\s/>]|<[a-z][^<>]{0,2000}\s(?:on[a-z]{3,30}\s*=|[a-z:]{2,20}\s*=\s*[\"']?\s*javascript:)",
    re.IGNORECASE,
)
_DATA = re.compile(r"data:image/[a-z+.-]{2,20};base64,", re.IGNORECASE)
_DEEPEST = 3


def is_web_page(content: bytes) -> bool:
    """Whether it begins as HTML does, and does not try to be a PDF besides."""
    beginning = content[:_BEGINS_WITHIN]
    if PDF_MAGIC in beginning or (
        b"\0" in beginning and content[:2] not in (b"\xff\xfe", b"\xfe\xff")
    ):
        return False
    return _BEGINNING.search(decode_text(content)[:_BEGINS_WITHIN]) is not None


def read_web_page(content: bytes) -> Book:
    """Raises Invalid (field "file") for a page with scripts, and for one too large or empty."""
    source = decode_text(content)
    if _LIVELY.search(source):
        raise refusal(
            _l("这个 HTML 文件含有脚本，出于安全不能使用，请另存为不含脚本的网页后再上传。")
        )
    pictures = _Pictures()
    chapter = rewrite_chapter(source, References(link=_link, picture=pictures.take))
    if not chapter.html:
        raise refusal(_l("这个 HTML 文件里没有可以阅读的内容。"))
    if len(chapter.html.encode()) > LARGEST_CHAPTER_BYTES:
        raise refusal(_l("这个 HTML 文件过大，网页无法阅读，请拆分后再上传。"))
    return Book(
        format=EtextbookFormat.HTML,
        chapters=(chapter.html,),
        contents=_contents_of(chapter),
        pictures=pictures.kept,
        left_out=pictures.left_out,
    )


def _link(href: str) -> str | None:
    if href.startswith("#"):
        return f"#{ID_PREFIX}{href[1:]}"
    return href if is_address(href) and href.lower().startswith(("http", "mailto:")) else None


def _contents_of(chapter: Chapter) -> tuple[Entry, ...]:
    headings = [heading for heading in chapter.headings if heading.level <= _DEEPEST]
    highest = min((heading.level for heading in headings), default=1)
    entries = tuple(
        Entry(heading.text, 1, heading.anchor, heading.level - highest + 1) for heading in headings
    )
    return entries or (Entry(chapter.title or _("正文"), 1),)


class _Pictures:
    """The pictures that the page itself holds; what lies elsewhere is left out and counted."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self._names: dict[str, str | None] = {}

    @property
    def left_out(self) -> int:
        return sum(name is None for name in self._names.values())

    def take(self, source: str) -> str | None:
        if source not in self._names:
            if len(self._names) >= MOST_PICTURES:
                raise refusal(_l("书里的图片过多，请拆分后再上传。"))
            self._names[source] = self._read(source)
        name = self._names[source]
        return None if name is None else f"pictures/{name}"

    def _read(self, source: str) -> str | None:
        head = _DATA.match(source)
        if head is None:
            return None
        try:
            cleaned = clean_picture(base64.b64decode(source[head.end() :]))
        except binascii.Error:
            return None
        if cleaned is None:
            return None
        self.kept[cleaned[0]] = cleaned[1]
        return cleaned[0]
