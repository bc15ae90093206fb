"""Rendering in a sandbox: plain data in, bytes out, and nothing fetched from anywhere.

The renderer sees no record, no network and no file but the fonts it is given by name. Texts are
escaped by the template; what a course is called can change neither the page nor what it loads.
"""

import datetime as dt
import logging
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pydyf  # type: ignore[import-untyped]
from babel.dates import format_date
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from lms.certificates.artwork import artwork_stream
from lms.certificates.fonts import font_path, has_fonts
from lms.certificates.models import Certificate
from lms.certificates.qr import SIDE_MM, draw_qr, verify_url
from lms.config import ROOT
from lms.core.clock import SHANGHAI
from lms.core.enums import HourCategory

TEMPLATES = ROOT / "templates" / "pdf"
# A certificate is a Chinese document, whatever language the page is read in that asks for it.
_CATEGORIES = {HourCategory.PUBLIC: "公需科目", HourCategory.PROFESSIONAL: "专业科目"}
# Its progress report, seven lines for each page, would bury everything else in the log.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
_environment = SandboxedEnvironment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
)
# Pango's font map must not be used by two threads at once.
_lock = threading.Lock()


@dataclass(frozen=True)
class PrintedFacts:
    """Everything that is printed, as text."""

    number: str
    name: str
    identity: str
    course: str
    category: str
    hours: str
    year: str
    base: str
    issuer: str
    has_exam: bool
    completed_on: str
    issued_on: str
    verify_url: str
    verify_address: str


def printed_facts(certificate: Certificate, public_url: str) -> PrintedFacts:
    """What is printed on a certificate, with days as they were in Shanghai."""
    return PrintedFacts(
        number=certificate.number,
        name=certificate.person_name,
        identity=certificate.masked_identity,
        course=certificate.course_title,
        category=_CATEGORIES[certificate.category],
        hours=str(certificate.hours),
        year=str(certificate.year),
        base=certificate.base_name,
        issuer=certificate.issuer_name,
        has_exam=certificate.has_exam,
        completed_on=_chinese_day(certificate.completed_at),
        issued_on=_chinese_day(certificate.issued_at),
        verify_url=verify_url(public_url, certificate.code),
        verify_address=f"{public_url.rstrip('/')}/verify",
    )


def _chinese_day(instant: dt.datetime) -> str:
    day = instant.astimezone(SHANGHAI).date()
    return str(format_date(day, "y年M月d日", locale="zh_Hans_CN"))


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
            raise FatalURLFetchingError(f"a certificate loads nothing from outside: {url[:80]}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/otf"})


@dataclass(frozen=True)
class _Style:
    sheet: CSS
    fonts: FontConfiguration


@lru_cache(maxsize=4)
def _style(folder: Path, is_subset: bool) -> _Style:
    # Fonts and style sheet are read once; they are more than half of the work.
    fetcher = PackagedOnly(_packaged(folder) if is_subset else {})
    fonts = FontConfiguration()
    text = _environment.get_template("certificate.css").render(has_subset=is_subset, qr_mm=SIDE_MM)
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


def render_html(html: str, folder: Path) -> bytes:
    """`html` with the certificate's style sheet as PDF; fonts are taken from `folder`.

    Raises OutsideFetchError if it would load anything else.
    """
    with _lock:
        style = _style(folder, has_fonts(folder))
        document = HTML(string=html, url_fetcher=PackagedOnly({}))
        try:
            pdf: bytes = document.write_pdf(
                stylesheets=[style.sheet],
                font_config=style.fonts,
                custom_metadata=True,
                finisher=_lay_artwork,
            )
        except FatalURLFetchingError as error:
            # WeasyPrint's own is a BaseException, which would end the whole worker.
            raise OutsideFetchError(str(error)) from error
    return pdf


def render_pdf(facts: PrintedFacts, folder: Path) -> bytes:
    """The certificate as an unsigned PDF of one A4 page in landscape."""
    template = _environment.get_template("certificate.html")
    html = template.render(facts=facts, qr=draw_qr(facts.verify_url))
    return render_html(html, folder)
