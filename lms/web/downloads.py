"""Files that a page hands out to be kept, and cells of them that no spreadsheet calculates."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What no XML can hold, and so no workbook (XML 1.0, 2.2); tabs and line ends are no such.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection); where Chinese is
# typed, some take the full-width signs as well.
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def attachment(content: bytes | Iterable[bytes], name: str, mimetype: str = XLSX) -> Response:
    """The answer that a browser keeps as a file called `name`."""
    response = Response(content, mimetype=mimetype)
    # A header holds no more than Latin-1; other names are written as RFC 8187 says.
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    names = {"filename": plain}
    if plain != name:
        names["filename*"] = f"UTF-8''{quote(name, safe='')}"
    response.headers.set("Content-Disposition", "attachment", **names)
    return response


def safe_cell(text: str) -> str:
    """A text that every file can hold, and that no spreadsheet runs as a formula."""
    text = _UNWRITABLE.sub("", text)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
