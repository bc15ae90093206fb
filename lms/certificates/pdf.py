"""What is printed on a certificate: plain data in, bytes out.

Texts are escaped by the template in a sandbox; what a course is called can change neither the page
nor what it loads. `press` sets the page.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from babel.dates import format_date
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from lms.certificates.models import Certificate
from lms.certificates.qr import draw_qr, verify_url
from lms.config import ROOT
from lms.core.clock import SHANGHAI
from lms.core.enums import HourCategory
from lms.core.late import late

TEMPLATES = ROOT / "templates" / "pdf"
# A certificate is a Chinese document, whatever language the page is read in that asks for it.
_CATEGORIES = {HourCategory.PUBLIC: "公需科目", HourCategory.PROFESSIONAL: "专业科目"}
ENVIRONMENT = SandboxedEnvironment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
)


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


def render_pdf(facts: PrintedFacts, folder: Path) -> bytes:
    """The certificate as an unsigned PDF of one A4 page in landscape."""
    template = ENVIRONMENT.get_template("certificate.html")
    html = template.render(facts=facts, qr=draw_qr(facts.verify_url))
    # WeasyPrint takes long to load, and hardly any process ever prints.
    printed: bytes = late("lms.certificates.press").render_html(html, folder)
    return printed
