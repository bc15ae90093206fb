"""What is printed on a certificate: plain data in, bytes out."""

from dataclasses import dataclass
from pathlib import Path

from lms.certificates.models import Certificate
from lms.documents.pages import CATEGORIES, Design, chinese_day, print_page
from lms.documents.qr import draw_qr, verify_url

DESIGN = Design("certificate.html", "certificate.css", has_artwork=True)


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
        category=CATEGORIES[certificate.category],
        hours=str(certificate.hours),
        year=str(certificate.year),
        base=certificate.base_name,
        issuer=certificate.issuer_name,
        has_exam=certificate.has_exam,
        completed_on=chinese_day(certificate.completed_at),
        issued_on=chinese_day(certificate.issued_at),
        verify_url=verify_url(public_url, certificate.code),
        verify_address=f"{public_url.rstrip('/')}/verify",
    )


def render_pdf(facts: PrintedFacts, folder: Path) -> bytes:
    """The certificate as an unsigned PDF of one A4 page in landscape."""
    return print_page(DESIGN, folder, facts=facts, qr=draw_qr(facts.verify_url))
