"""EPUBs become chapters of our own, and dangerous or broken ones are refused in words."""

import io
import zipfile

import pytest

from lms.catalog.etextbooks.books import Book
from lms.catalog.etextbooks.reading import read_book
from lms.catalog.models import EtextbookFormat
from lms.core.errors import Invalid
from tests.catalog.etextbooks.support import NCX, files, opf, packed, picture


@pytest.fixture(autouse=True)
def _words(app):
    """Sentences need the application's language."""


def read(entries) -> Book:
    return read_book(io.BytesIO(packed(entries)))


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        read_book(io.BytesIO(content))
    assert refused.value.field == "file"
    return str(refused.value.message)


def test_chapters_come_in_reading_order_with_their_contents():
    book = read(files(one="<h1>总则</h1><p>正文一</p>", two='<p id="part">正文二</p>'))
    assert book.format is EtextbookFormat.EPUB
    assert [("正文一" in c, "正文二" in c) for c in book.chapters] == [(True, False), (False, True)]
    assert [(e.title, e.chapter, e.anchor, e.depth) for e in book.contents] == [
        ("第一章 总则", 1, "", 1),
        ("第二节", 2, "book-part", 2),
    ]


def test_book_of_epub_2_has_the_contents_of_its_ncx():
    entries = files(one="<p>一</p>", two="<p>二</p>")
    entries["OEBPS/content.opf"] = opf("one.xhtml", "two.xhtml", nav=False, ncx=True)
    entries["OEBPS/toc.ncx"] = NCX
    contents = [(e.title, e.chapter, e.depth) for e in read(entries).contents]
    assert contents == [("第一章", 1, 1), ("第二节", 2, 2)]


def test_book_without_contents_is_listed_by_its_headings():
    entries = files(one="<h2>开篇</h2><p>一</p>", two="<p>二</p>")
    entries["OEBPS/content.opf"] = opf("one.xhtml", "two.xhtml", nav=False)
    assert [entry.title for entry in read(entries).contents] == ["开篇", "第 2 部分"]


def test_scripts_styles_and_handlers_are_gone_and_text_stays():
    body = (
        '<script>alert(1)</script><p onclick="x()" style="color:red;text-align: center">安全'
        '<a href="javascript:x()">点</a></p><iframe src="http://e.com">框</iframe><script/>'
        '<form action="/x"><input name="q"/>表</form><p>后文</p>'
    )
    (chapter,) = read(files(one=body)).chapters
    assert "安全" in chapter
    assert "后文" in chapter
    for trace in ("script", "alert", "onclick", "style", "iframe", "javascript", "<form", "<input"):
        assert trace not in chapter
    assert 'class="book-center"' in chapter


def test_links_lead_within_the_book_and_ids_are_its_own():
    body = (
        '<p id="toasts"><a href="two.xhtml#part">见后</a><a href="https://e.com/">外</a>'
        '<a href="gone.xhtml">无</a></p>'
    )
    book = read(files(one=body, two='<p id="part">二<a href="#part">此</a></p>'))
    assert 'href="2#book-part"' in book.chapters[0]
    assert 'id="book-toasts"' in book.chapters[0]
    assert "gone" not in book.chapters[0]
    assert 'rel="noopener noreferrer nofollow"' in book.chapters[0]
    assert 'href="2#book-part"' in book.chapters[1]


def test_pictures_are_written_anew_and_loaded_from_nowhere_else():
    body = (
        '<img src="../a.png" alt="图"/><img src="https://e.com/t.gif" alt="外图"/>'
        '<svg><image xlink:href="../a.png"/><text>字</text></svg><img src="../broken.jpg"/>'
    )
    entries = files(one=body)
    entries["OEBPS/a.png"] = picture() + b"<script>tail</script>"
    entries["OEBPS/broken.jpg"] = b"no picture"
    book = read(entries)
    (name,) = book.pictures
    assert book.chapters[0].count(f'src="pictures/{name}"') == 2
    assert "e.com" not in book.chapters[0]
    assert "外图" in book.chapters[0]
    assert b"tail" not in book.pictures[name]
    assert book.left_out == 2


def test_drawing_is_kept_and_one_with_a_script_refuses_the_book():
    entries = files(one='<img src="../a.svg"/>')
    plain = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="4" fill="url(#g)"/></svg>'
    entries["OEBPS/a.svg"] = plain
    (name,) = read(entries).pictures
    assert name.endswith(".svg")
    for bad in ("<script>x()</script>", '<a onload="x()"/>', '<image href="http://e.com/x.png"/>'):
        entries["OEBPS/a.svg"] = plain.replace("<circle", f"{bad}<circle")
        assert "SVG" in refusal(packed(entries))


def test_bomb_is_refused_before_it_is_unpacked():
    entries = files(one="<p>一</p>")
    entries["OEBPS/zeros.bin"] = b"\0" * 30_000_000
    assert "压缩" in refusal(packed(entries))


def test_too_many_files_are_refused():
    entries = files(one="<p>一</p>") | {f"f/{n}": "x" for n in range(3001)}
    assert "文件过多" in refusal(packed(entries))


def test_locked_book_is_refused_and_mangled_fonts_are_no_lock():
    lock = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#">'
        '<EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
    )
    entries = files(one="<p>一</p>")
    entries["META-INF/encryption.xml"] = lock.format("http://www.idpf.org/2008/embedding")
    assert read(entries).chapters
    entries["META-INF/encryption.xml"] = lock.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    assert "DRM" in refusal(packed(entries))


def test_archive_with_a_password_is_refused():
    content = bytearray(packed(files(one="<p>一</p>"), zipfile.ZIP_STORED))
    # The flag of encryption in every entry of the central directory.
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 8] |= 1
        place = content.find(b"PK\x01\x02", place + 1)
    assert "DRM" in refusal(bytes(content))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_book_is_refused(share):
    whole = packed(files(one="<p>一</p>" * 50))
    assert "不完整" in refusal(whole[: int(len(whole) * share)])


def test_damaged_chapter_is_refused():
    content = packed(files(one="<p>一</p>" * 50), zipfile.ZIP_STORED)
    assert "不完整" in refusal(content.replace("<p>一".encode(), "<p>二".encode(), 1))


@pytest.mark.parametrize("name", ["../evil.xhtml", "/etc/passwd", "a\\..\\b", "C:/x"])
def test_path_that_leads_out_is_refused(name):
    content = packed({**files(one="<p>一</p>"), name: "x"})
    assert "路径" in refusal(content)


@pytest.mark.parametrize("name", ["META-INF/container.xml", "OEBPS/content.opf"])
def test_entities_are_refused(name):
    entries = files(one="<p>一</p>")
    entries[name] = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    assert "实体" in refusal(packed(entries))


def test_archive_that_is_no_book_is_refused():
    assert "EPUB" in refusal(packed({"readme.txt": "x"}))


def test_book_without_chapters_is_refused():
    entries = files(one="<p>一</p>")
    entries["OEBPS/content.opf"] = opf(nav=False)
    assert "章节" in refusal(packed(entries))


def test_chapter_in_another_encoding_is_read():
    entries = files(one="<p>占位</p>")
    text = '<?xml version="1.0" encoding="gbk"?><html><body><p>职业道德</p></body></html>'
    entries["OEBPS/text/one.xhtml"] = text.encode("gbk")
    assert "职业道德" in read(entries).chapters[0]
