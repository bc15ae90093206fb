"""Background work: making files, and finding those the queue lost."""

import logging

from lms.certificates.files import ensure_pdf
from lms.certificates.queries import ids_without_pdf
from lms.core.db import db
from lms.core.tasks import task

log = logging.getLogger(__name__)
SWEEP_SIZE = 50


@task
def render_certificate(certificate_id: int) -> None:
    """Make the file of a certificate, unless it is there."""
    ensure_pdf(certificate_id)


@task
def render_missing() -> None:
    """The sweep: make whatever file is missing. One that fails does not hold up the others."""
    due = ids_without_pdf(SWEEP_SIZE)
    db.session.rollback()
    for certificate_id in due:
        try:
            ensure_pdf(certificate_id)
        except Exception:
            log.exception("certificate %d could not be rendered", certificate_id)
