"""Taking a file for an e-textbook: which kind it is, and whether it can be read."""

from typing import IO

from flask_babel import lazy_gettext as _l

from lms.catalog.etextbooks.books import Book, refusal
from lms.catalog.etextbooks.epub import read_epub
from lms.catalog.etextbooks.web_page import is_web_page, read_web_page
from lms.catalog.models import EtextbookFormat
from lms.catalog.rules import ETEXTBOOK_MAX_BYTES, PDF_MAGIC

_ZIP_MAGIC = b"PK\x03\x04"
_PDF_END_WITHIN_BYTES = 2048


def read_book(file: IO[bytes]) -> Book:
    """The book in `file`, told by its content and not by its name; at most 20 MB.

    Takes a moment for an EPUB, better spent outside of a transaction. Raises Invalid (field
    "file") with what is wrong; nothing has been kept then.
    """
    content = file.read(ETEXTBOOK_MAX_BYTES + 1)
    if not content:
        raise refusal(_l("文件是空的，请重新选择。"))
    if len(content) > ETEXTBOOK_MAX_BYTES:
        raise refusal(_l("文件超过 20 MB，请压缩后再上传。"))
    if content.startswith(PDF_MAGIC):
        return _read_pdf(content)
    if content.startswith(_ZIP_MAGIC):
        return read_epub(content)
    if is_web_page(content):
        return read_web_page(content)
    raise refusal(_l("这不是可用的教材文件，请选择 PDF、EPUB 或 HTML 文件。"))


def _read_pdf(content: bytes) -> Book:
    if b"%%EOF" not in content[-_PDF_END_WITHIN_BYTES:]:
        raise refusal(_l("这不是完整的 PDF 文件，请检查后重新选择。"))
    return Book(format=EtextbookFormat.PDF, pdf=content)
