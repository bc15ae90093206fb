"""Files that a page hands out to be kept, and cells of them that no spreadsheet calculates."""

import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


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
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
