"""From a book to pages: each whole in itself, and with nothing of the others in it."""

import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from lms.core.errors import Invalid
from lms.readings.cutting import cut_stretch
from lms.readings.flow import FlowReader
from lms.readings.pdf_pages import cut_pdf, open_pdf
from lms.readings.text_pages import cut_text
from tests.readings.support import SENTENCE, add_book, chapter, epub, pdf


def pages_of(*chapters, picture=lambda _name: None):
    reader = FlowReader(picture)
    for number, text in enumerate(chapters, 1):
        reader.add(number, text)
    return cut_text(reader.flow, 0, len(reader.flow.pieces))


def words(pages):
    return "".join(re.sub(r"<[^>]*>", "", page) for page in pages)


def test_long_paragraph_is_cut_at_sentences_and_every_page_is_whole():
    text = f"<div><p>{SENTENCE * 200}</p></div>"
    pages = pages_of(text)
    assert len(pages) == 3
    for page in pages:
        assert page.startswith("<div><p>")
        assert page.endswith("。</p></div>")
    assert words(pages) == SENTENCE * 200


def test_heading_stands_on_the_page_of_what_follows_it():
    pages = pages_of(f"<p>{SENTENCE * 80}</p><h3>第二节</h3>\n<p>{SENTENCE * 80}</p>")
    assert [page.count("<h3>") for page in pages] == [0, 1]
    assert pages[1].startswith("<h3>第二节</h3>")


def test_table_and_picture_are_never_cut():
    rows = "".join(f"<tr><td>{SENTENCE}</td></tr>" for _row in range(200))
    pages = pages_of(
        f"<p>{SENTENCE * 60}</p><table><tbody>{rows}</tbody></table><p>{SENTENCE * 60}</p>"
        f'<figure><img src="pictures/x.png" alt="图"><figcaption>{SENTENCE}</figcaption></figure>',
        picture=lambda name: f"data:{name}",
    )
    (holder,) = [page for page in pages if "<table>" in page]
    assert holder.count("<tr>") == 200
    assert (holder.count("<table>"), holder.count("</table>")) == (1, 1)
    (shown,) = [page for page in pages if "<img" in page]
    assert 'src="data:x.png"' in shown
    assert "</figure>" in shown


def test_list_that_goes_on_counts_on_and_ids_stand_once():
    items = "".join(f"<li><p>{SENTENCE * 10}</p></li>" for _item in range(16))
    first, second = pages_of(f'<ol id="book-list">{items}</ol>')
    assert first.startswith('<ol id="book-list"><li>')
    began = first.count("<li>")
    assert second.startswith(f'<ol start="{began + 1}"><li>')
    assert second.count("<li>") == 16 - began


def test_item_cut_in_two_goes_on_without_a_number_of_its_own():
    first, second = pages_of(f"<ol><li>甲。</li><li>{SENTENCE * 160}</li></ol>")
    assert first.startswith("<ol><li>甲。</li><li>")
    assert second.startswith('<ol start="2"><li class="book-continued">')


def test_links_within_the_book_lead_nowhere_and_others_stay():
    (page,) = pages_of(
        '<p><a href="3#book-x">下一章</a><a href="#book-y">注</a>'
        '<a href="https://example.org/">网站</a></p>'
    )
    assert page == '<p><a>下一章</a><a>注</a><a href="https://example.org/">网站</a></p>'


def test_written_signs_stay_signs():
    (page,) = pages_of("<p>5 &lt; 7 &amp; &lt;script&gt;。</p>")
    assert page == "<p>5 &lt; 7 &amp; &lt;script&gt;。</p>"


def block(kind, count):
    text = SENTENCE * count
    return {
        "p": f"<p>{text}</p>",
        "h3": f"<h3>{SENTENCE}</h3>",
        "ul": f"<ul>{f'<li><p>{text}</p></li>' * 3}</ul>",
        "quote": f"<blockquote><p><em>{text}</em></p>{text}</blockquote>",
        "table": f"<table><tbody><tr><td>{text}</td></tr></tbody></table>",
    }[kind]


class Balanced(HTMLParser):
    """Fails for a tag that is closed without being open; `open` are those left open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@given(
    st.lists(
        st.tuples(st.sampled_from(["p", "h3", "ul", "quote", "table"]), st.integers(1, 120)),
        min_size=1,
        max_size=20,
    )
)
def test_whatever_is_cut_nothing_is_lost_and_every_page_is_sound(blocks):
    text = "".join(block(*each) for each in blocks)
    pages = pages_of(text)
    assert words(pages) == words([text])
    for page in pages:
        reader = Balanced()
        reader.feed(page)
        assert reader.open == []
        assert words([page])


def test_stretch_of_chapters_holds_those_and_no_others(app, trainer, course):
    book = add_book(trainer, course, epub(chapter(1, 20), chapter(2, 90), chapter(3, 20)))
    pages = [page.decode() for page in cut_stretch(book, 1, 1).pages]
    assert len(pages) == 1
    assert "第2章" in pages[0]
    assert words(pages).count(SENTENCE) == 90
    whole = [page.decode() for page in cut_stretch(book, 0, 2).pages]
    assert words(whole).count(SENTENCE) == 130


def test_pictures_are_part_of_their_page(app, trainer, course):
    book = add_book(trainer, course, epub(f'<p>{SENTENCE}</p><p><img src="../a.png" alt=""/></p>'))
    (page,) = cut_stretch(book, 0, 0).pages
    assert b'src="data:image/png;base64,' in page
    assert b"pictures/" not in page


@pytest.mark.parametrize(("first", "last"), [(-1, 0), (3, 3), (1, 0), (0, 3)])
def test_stretch_outside_of_the_book_is_refused_at_its_field(app, trainer, course, first, last):
    book = add_book(trainer, course, epub(*(chapter(number, 10) for number in (1, 2, 3))))
    with pytest.raises(Invalid) as refused:
        cut_stretch(book, first, last)
    assert refused.value.field in ("first", "last")


def test_stretch_without_text_is_refused(app, trainer, course):
    book = add_book(trainer, course, epub("<p>正文。</p>", "<p>、</p>"))
    with pytest.raises(Invalid) as refused:
        cut_stretch(book, 1, 1)
    assert refused.value.field == "first"


def test_page_of_a_pdf_holds_its_own_words_and_picture_alone():
    pages = cut_pdf(open_pdf(pdf(3)), 1, 3)
    for number, content in enumerate(pages, 1):
        found = PdfReader(io.BytesIO(content))
        assert len(found.pages) == 1
        assert found.pages[0].extract_text().strip() == f"secret {number}"
        streams = b"".join(
            found.get_object(place).get_data()
            for place in range(1, len(found.xref[0]) + 1)
            if hasattr(found.get_object(place), "get_data")
        )
        for other in {1, 2, 3} - {number}:
            assert f"secret {other}".encode() not in streams
            assert f"picture {other}".encode() not in streams
        assert f"picture {number}".encode() in streams


def test_stretch_of_a_pdf_is_its_pages(app, trainer, course):
    book = add_book(trainer, course, pdf(5))
    pages = cut_stretch(book, 2, 4).pages
    texts = [PdfReader(io.BytesIO(page)).pages[0].extract_text().strip() for page in pages]
    assert texts == ["secret 2", "secret 3", "secret 4"]
    with pytest.raises(Invalid):
        cut_stretch(book, 4, 6)


def test_pdf_locked_against_changes_alone_is_cut():
    writer = PdfWriter(clone_from=io.BytesIO(pdf(2)))
    writer.encrypt("", owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    (page,) = cut_pdf(open_pdf(out.getvalue()), 2, 2)
    assert PdfReader(io.BytesIO(page)).pages[0].extract_text().strip() == "secret 2"


def test_locked_and_damaged_pdfs_are_refused_with_the_reason():
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    writer.encrypt("secret", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    for content, told in ((out.getvalue(), "密码"), (b"%PDF-1.7\n%%EOF\n", "拆分")):
        with pytest.raises(Invalid, match=told) as refused:
            open_pdf(content)
        assert refused.value.field == "book"
