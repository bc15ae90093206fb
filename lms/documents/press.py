"""Setting pages: HTML in, PDF out, and nothing fetched from anywhere.

The renderer sees no record, no network and no file but the fonts it is given by name.
"""

import logging
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from lms.documents.artwork import artwork_stream
from lms.documents.fonts import font_path, has_fonts
from lms.documents.pages import ENVIRONMENT
from lms.documents.qr import SIDE_MM

# Its progress report, seven lines for each page, would bury everything else in the log.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
# Pango's font map must not be used by two threads at once.
_lock = threading.Lock()


class OutsideFetchError(Exception):
    """A document tried to load something from outside."""


class PackagedOnly(URLFetcher):
    """Hands out the fonts, by the names `font:regular` and `font:bold`, and refuses all else."""

    def __init__(self, fonts: dict[str, Path]) -> None:
        super().__init__(allowed_protocols=())
        self._fonts = fonts

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The named font; raises for any other address, which ends the rendering."""
        path = self._fonts.get(url)
        if path is None:
            raise FatalURLFetchingError(f"a document loads nothing from outside: {url[:80]}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/otf"})


@dataclass(frozen=True)
class _Style:
    sheet: CSS
    fonts: FontConfiguration


@lru_cache(maxsize=8)
def _style(sheet: str, folder: Path, is_subset: bool) -> _Style:
    # Fonts and style sheet are read once; they are more than half of the work.
    fetcher = PackagedOnly(_packaged(folder) if is_subset else {})
    fonts = FontConfiguration()
    text = ENVIRONMENT.get_template(sheet).render(has_subset=is_subset, qr_mm=SIDE_MM)
    return _Style(CSS(string=text, url_fetcher=fetcher, font_config=fonts), fonts)


def _packaged(folder: Path) -> dict[str, Path]:
    return {f"font:{weight}": font_path(folder, weight) for weight in ("regular", "bold")}


def _lay_artwork(_document: object, pdf: pydyf.PDF) -> None:
    artwork = pydyf.Stream([artwork_stream()], {"Filter": "/FlateDecode"})
    pdf.add_object(artwork)
    for page in _pages(pdf):
        page["Contents"] = pydyf.Array([artwork.reference, page["Contents"]])


def _pages(pdf: pydyf.PDF) -> list[dict[str, Any]]:
    return [item for item in pdf.objects if isinstance(item, dict) and item.get("Type") == "/Page"]


def render_html(
    html: str, folder: Path, sheet: str = "_fonts.css", *, has_artwork: bool = False
) -> bytes:
    """`html` with a style sheet of templates/pdf as PDF; fonts are taken from `folder`.

    Raises OutsideFetchError if it would load anything else.
    """
    with _lock:
        style = _style(sheet, folder, has_fonts(folder))
        document = HTML(string=html, url_fetcher=PackagedOnly({}))
        try:
            pdf: bytes = document.write_pdf(
                stylesheets=[style.sheet],
                font_config=style.fonts,
                custom_metadata=True,
                finisher=_lay_artwork if has_artwork else None,
            )
        except FatalURLFetchingError as error:
            # WeasyPrint's own is a BaseException, which would end the whole worker.
            raise OutsideFetchError(str(error)) from error
    return pdf
