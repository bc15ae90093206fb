"""Books to be read: an EPUB with chapters, and a PDF whose pages share one table of resources."""

import io

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from lms.accounts.models import Person
from lms.catalog.content_operations import add_etextbook
from lms.catalog.models import Course, Etextbook
from lms.core.db import transaction
from tests.catalog.etextbooks.support import files, packed, picture

SENTENCE = "继续教育的学时由学时银行统一登记。"


def add_book(trainer: Person, course: Course, content: bytes, title: str = "教材") -> Etextbook:
    """The book as the trainer uploads it."""
    with transaction():
        return add_etextbook(trainer, course, title, io.BytesIO(content))


def epub(*chapters: str) -> bytes:
    """A book of these chapters with a table of contents of them."""
    names = [f"c{number}" for number in range(1, len(chapters) + 1)]
    entries = files(**dict(zip(names, chapters, strict=True)))
    lines = "".join(
        f'<li><a href="text/{name}.xhtml">第{number}章</a></li>'
        for number, name in enumerate(names, 1)
    )
    entries["OEBPS/nav.xhtml"] = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f'<body><nav epub:type="toc"><ol>{lines}</ol></nav></body></html>'
    )
    entries["OEBPS/a.png"] = picture()
    return packed(entries)


def chapter(number: int, sentences: int) -> str:
    """A chapter with a heading and a paragraph for each ten sentences."""
    paragraphs = "".join(f"<p>{SENTENCE * 10}</p>" for _part in range(sentences // 10))
    return f"<h1>第{number}章</h1>{paragraphs}"


def pdf(count: int = 3) -> bytes:
    """Pages that say "secret n", each with a picture; all name one table that holds every picture.

    The first page links to the last one.
    """
    writer = PdfWriter()
    pictures, fonts = DictionaryObject(), DictionaryObject()
    fonts[NameObject("/F1")] = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for number in range(1, count + 1):
        image = StreamObject()
        image.set_data(f"picture {number}".encode())
        image.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Image"),
                NameObject("/Width"): NumberObject(1),
                NameObject("/Height"): NumberObject(1),
                NameObject("/BitsPerComponent"): NumberObject(8),
                NameObject("/ColorSpace"): NameObject("/DeviceGray"),
            }
        )
        pictures[NameObject(f"/Im{number}")] = writer._add_object(image)
    shared = writer._add_object(
        DictionaryObject({NameObject("/XObject"): pictures, NameObject("/Font"): fonts})
    )
    for number in range(1, count + 1):
        page = writer.add_blank_page(200, 200)
        content = StreamObject()
        words = f"BT /F1 12 Tf 10 100 Td (secret {number}) Tj ET q 9 0 0 9 0 0 cm /Im{number} Do Q"
        content.set_data(words.encode())
        page[NameObject("/Contents")] = writer._add_object(content)
        page[NameObject("/Resources")] = shared
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject([FloatObject(0)] * 4),
            NameObject("/Dest"): ArrayObject(
                [writer.pages[-1].indirect_reference, NameObject("/Fit")]
            ),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([link])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
