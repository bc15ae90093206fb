"""The files of annual certificates: set, signed by the bank's own keys, made once each."""

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import select

from lms.core.db import db
from lms.core.late import late
from lms.documents.files import make_once
from lms.documents.fonts import fonts_dir
from lms.documents.keys import BANK, load_signing_keys
from lms.documents.pages import Design, chinese_day, print_page
from lms.documents.qr import draw_qr, verify_url
from lms.hourbank.statements.models import AnnualCertificate
from lms.upkeep.references import Reference

FOLDER = "annual-certificates"
DESIGN = Design("annual_certificate.html", "certificate.css", has_artwork=True)
# Below the bank's address: where a code is checked, and where a file is.
CODE_PAGE, FILE_PAGE = "/hourbank/v", "/hourbank/verify"


def public_link(certificate: AnnualCertificate) -> str:
    """The public address of a certificate, as its QR code carries it."""
    return verify_url(current_app.extensions["settings"].public_url, certificate.code, CODE_PAGE)


def ensure_pdf(certificate: AnnualCertificate) -> str:
    """Where the certificate's signed PDF is, made now if there is none."""
    path = _path(certificate.id, certificate.year, certificate.number)
    make_once(path, lambda: _make(certificate))
    return path


def kept_files() -> Iterable[Reference]:
    """The files of all certificates; one that is not there is made when it is wanted."""
    columns = (AnnualCertificate.id, AnnualCertificate.year, AnnualCertificate.number)
    for certificate_id, year, number in db.session.execute(select(*columns)):
        owner = f"annual-certificate:{certificate_id}"
        yield Reference(_path(certificate_id, year, number), owner)


def _path(certificate_id: int, year: int, number: str) -> str:
    # A thousand folders a year at most, however many certificates there are.
    return f"{FOLDER}/{year}/{certificate_id % 1000:03d}/{number}.pdf"


def _make(certificate: AnnualCertificate) -> bytes:
    plain = render_annual(certificate)
    # pyHanko takes long to load, and hardly any process ever signs.
    sign = late("lms.documents.signing").sign_pdf
    signed: bytes = sign(plain, load_signing_keys(BANK), certificate.issuer_name)
    return signed


def render_annual(certificate: AnnualCertificate) -> bytes:
    """The certificate as an unsigned PDF of one A4 page in landscape."""
    link = public_link(certificate)
    public_url = current_app.extensions["settings"].public_url
    facts = {
        "number": certificate.number,
        "name": certificate.person_name,
        "identity": certificate.masked_identity,
        "unit": certificate.unit_name,
        "year": str(certificate.year),
        "public": str(certificate.public),
        "professional": str(certificate.professional),
        "total": str(certificate.total),
        "required_public": str(certificate.required_public),
        "required_professional": str(certificate.required_professional),
        "issuer": certificate.issuer_name,
        "issued_on": chinese_day(certificate.issued_at),
        "verify_address": f"{public_url.rstrip('/')}{FILE_PAGE}",
    }
    return print_page(DESIGN, fonts_dir(), facts=facts, qr=draw_qr(link))
