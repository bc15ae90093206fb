"""The files of certificates."""

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import select

from lms.certificates.models import Certificate, PdfState
from lms.certificates.pdf import printed_facts, render_pdf
from lms.core.db import db, hold, transaction
from lms.core.errors import NotFound
from lms.core.events import certificate_ready
from lms.core.late import late
from lms.documents.files import make_once
from lms.documents.fonts import fonts_dir
from lms.documents.keys import load_signing_keys
from lms.upkeep.references import Reference

CERTIFICATES = "certificates"


def pdf_path(certificate: Certificate) -> str:
    """Where the certificate's file is, or will be."""
    return _path(certificate.id, certificate.year, certificate.number)


def _path(certificate_id: int, year: int, number: str) -> str:
    # A thousand folders a year at most, however many certificates there are.
    return f"{CERTIFICATES}/{year}/{certificate_id % 1000:03d}/{number}.pdf"


def kept_certificates() -> Iterable[Reference]:
    """The files of all certificates; one that is not there is made when it is wanted."""
    query = select(Certificate.id, Certificate.year, Certificate.number)
    for certificate_id, year, number in db.session.execute(query):
        yield Reference(_path(certificate_id, year, number), f"certificate:{certificate_id}")


def ensure_pdf(certificate_id: int) -> str:
    """Where the certificate's signed PDF is, made now if there is none. Raises NotFound."""
    certificate = db.session.get(Certificate, certificate_id)
    if certificate is None:
        raise NotFound()
    path = pdf_path(certificate)
    make_once(path, lambda: _make(certificate))
    if not certificate.is_pdf_ready:
        _note_ready(certificate_id)
    return path


def _make(certificate: Certificate) -> bytes:
    certificate_id = certificate.id
    facts = printed_facts(certificate, current_app.extensions["settings"].public_url)
    # Counted before, so that one that takes the worker down with it does not come first again.
    with transaction():
        db.session.get_one(Certificate, certificate_id).pdf_attempts += 1
    plain, keys = render_pdf(facts, fonts_dir()), load_signing_keys()
    # pyHanko takes long to load, and hardly any process ever signs.
    signed: bytes = late("lms.documents.signing").sign_pdf(plain, keys, facts.issuer)
    return signed


def _note_ready(certificate_id: int) -> None:
    with transaction():
        certificate = db.session.get_one(Certificate, certificate_id)
        hold(certificate)
        if certificate.is_pdf_ready:
            return
        certificate.pdf_state = PdfState.READY.value
        certificate.pdf_path = pdf_path(certificate)
        db.session.flush()
        certificate_ready.send(certificate)
