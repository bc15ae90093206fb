"""A single HTML file becomes a book of one chapter, or is refused in words."""

import base64
import io

import pytest

from lms.catalog.etextbooks.reading import read_book
from lms.catalog.models import EtextbookFormat
from lms.core.errors import Invalid
from tests.catalog.etextbooks.support import picture

PAGE = "<!DOCTYPE html><html><head><title>讲义</title></head><body>{}</body></html>"


@pytest.fixture(autouse=True)
def _words(app):
    """Sentences need the application's language."""


def read(body: str):
    return read_book(io.BytesIO(PAGE.format(body).encode()))


def test_headings_are_its_contents():
    book = read('<h1 id="a">一</h1><p>甲</p><h2>二</h2><p>乙</p>')
    assert book.format is EtextbookFormat.HTML
    assert [(e.title, e.anchor, e.depth) for e in book.contents] == [
        ("一", "book-a", 1),
        ("二", "book-heading-2", 2),
    ]
    assert '<h3 id="book-heading-2">二</h3>' in book.chapters[0]


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><head><title>题</title><body><p>正文</p>",
        "<html><head><meta charset=utf-8><p>正文",
        "<html><body><form id=f><p>正文</p><embed src=x.swf><p>正文</p></form></body></html>",
        "<html><body><math><mi>正文</mi></math></body></html>",
    ],
)
def test_text_of_untidy_pages_stays(page):
    book = read_book(io.BytesIO(page.encode()))
    assert "正文" in book.chapters[0]
    assert book.chapters[0].endswith(("正文", "正文</p>", "<p>正文</p>"))


def test_page_without_headings_goes_by_its_title():
    assert [entry.title for entry in read("<p>甲</p>").contents] == ["讲义"]


def test_pictures_within_the_page_are_kept_and_others_left_out():
    data = base64.b64encode(picture("JPEG")).decode()
    book = read(f'<img src="data:image/jpeg;base64,{data}"><img src="http://e.com/x.png"><p>文</p>')
    (name,) = book.pictures
    assert name.endswith(".jpeg")
    assert "e.com" not in book.chapters[0]
    assert book.left_out == 1


@pytest.mark.parametrize(
    "body",
    [
        "<script>x()</script>",
        '<p onclick="x()">a</p>',
        '<a href="javascript:x()">a</a>',
        "<SCRIPT src=x>",
    ],
)
def test_page_with_a_script_is_refused(body):
    with pytest.raises(Invalid) as refused:
        read(body)
    assert refused.value.field == "file"
    assert "脚本" in str(refused.value.message)


@pytest.mark.parametrize(
    "content", [b"hello", b"<html>%PDF-1.7\n%%EOF", b"\x89PNG\0", b"<html>\0</html>"]
)
def test_what_is_no_page_is_refused(content):
    with pytest.raises(Invalid) as refused:
        read_book(io.BytesIO(content))
    assert refused.value.field == "file"


def test_page_without_text_is_refused():
    with pytest.raises(Invalid, match="没有可以阅读"):
        read("  ")
