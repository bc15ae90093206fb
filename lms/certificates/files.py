"""The files of certificates: made once each, whoever asks first and however many ask at once."""

import os
import secrets
from pathlib import Path

from flask import current_app

from lms.certificates.fonts import file_lock, fonts_dir
from lms.certificates.keys import load_signing_keys
from lms.certificates.models import Certificate, PdfState
from lms.certificates.pdf import printed_facts, render_pdf
from lms.certificates.signing import sign_pdf
from lms.core.db import db, transaction
from lms.core.errors import NotFound

_LOCKS = 64


def pdf_file(certificate: Certificate) -> Path:
    """Where the certificate's file is, or will be."""
    settings = current_app.extensions["settings"]
    return Path(settings.media_path / _relative_path(certificate))


def _relative_path(certificate: Certificate) -> str:
    # A thousand folders a year at most, however many certificates there are.
    return f"certificates/{certificate.year}/{certificate.id % 1000:03d}/{certificate.number}.pdf"


def ensure_pdf(certificate_id: int) -> Path:
    """The certificate's signed PDF, made now if there is none. Raises NotFound for no certificate.

    Whoever comes while another makes it waits and takes what was made. The file appears whole
    under its name or not at all, so that a process that dies leaves nothing half-made.
    """
    certificate = db.session.get(Certificate, certificate_id)
    if certificate is None:
        raise NotFound()
    target = pdf_file(certificate)
    if not target.exists():
        with file_lock(_lock_path(certificate_id)):
            if not target.exists():
                _make(certificate, target)
    if not certificate.is_pdf_ready:
        _note_ready(certificate_id)
    return target


def _lock_path(certificate_id: int) -> Path:
    settings = current_app.extensions["settings"]
    return Path(settings.var_dir) / "locks" / f"certificate-{certificate_id % _LOCKS}.lock"


def _make(certificate: Certificate, target: Path) -> None:
    certificate_id = certificate.id
    facts = printed_facts(certificate, current_app.extensions["settings"].public_url)
    # Counted before, so that one that takes the worker down with it does not come first again.
    with transaction():
        db.session.get_one(Certificate, certificate_id).pdf_attempts += 1
    signed = sign_pdf(render_pdf(facts, fonts_dir()), load_signing_keys(), facts.issuer)
    _write_whole(target, signed)


def _write_whole(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _note_ready(certificate_id: int) -> None:
    with transaction():
        certificate = db.session.get_one(Certificate, certificate_id)
        certificate.pdf_state = PdfState.READY.value
        certificate.pdf_path = _relative_path(certificate)
