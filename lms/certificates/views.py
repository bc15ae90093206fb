"""One's own certificates: the list, the file, and the card on the page of a cycle."""

from flask import Blueprint, current_app, render_template
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.accounts.models import Person
from lms.certificates import queries
from lms.certificates.files import ensure_pdf
from lms.certificates.models import Certificate, CertificateState
from lms.core.errors import Conflict
from lms.documents.qr import verify_url
from lms.enrollments.models import Cycle
from lms.hours.models import Credit
from lms.web.auth import signed_in
from lms.web.stored import send_stored

blueprint = Blueprint("certificates", __name__)


@blueprint.get("/me/certificates")
@signed_in
def mine() -> str:
    certificates = queries.own_certificates(current_user)
    return render_template("certificates/mine.html", certificates=certificates, link_of=link_of)


@blueprint.get("/me/certificates/<int:certificate_id>.pdf")
@signed_in
def download(certificate_id: int) -> Response:
    certificate = queries.own_certificate(current_user, certificate_id)
    if certificate.state is not CertificateState.VALID:
        raise Conflict(_("这张证书已经失效，不再提供下载。"))
    # The name goes out in RFC 5987 form; the number tells several files of one course apart.
    name = f"{certificate.course_title}-{_('结业证书')}-{certificate.number}.pdf"
    path = ensure_pdf(certificate_id)
    return send_stored(path, "application/pdf", name=_file_name(name), as_attachment=True)


def _file_name(name: str) -> str:
    forbidden = '\\/:*?"<>|\r\n\t'
    return "".join("_" if character in forbidden else character for character in name)


@blueprint.get("/me/certificates/<int:certificate_id>/card")
@signed_in
def card(certificate_id: int) -> str:
    """The card alone, for a page that waits for the file."""
    return _render_card(queries.own_certificate(current_user, certificate_id))


def cycle_card(cycle: Cycle) -> str | None:
    """Filler of "cycle.next": the certificate, once the cycle has earned it."""
    certificate = queries.certificate_of_cycle(cycle.id)
    return None if certificate is None else _render_card(certificate)


def person_card(person: Person) -> str | None:
    """Filler of "person.cards", for staff: the certificates of the person."""
    certificates = queries.own_certificates(person)
    if not certificates:
        return None
    return render_template("certificates/_person_card.html", certificates=certificates)


def trace_part(credit: Credit) -> str | None:
    """Filler of "credit.trace": the certificate by which the hours were earned."""
    if credit.cycle_id is None:
        return None
    certificate = queries.certificate_of_cycle(credit.cycle_id)
    if certificate is None:
        return None
    return render_template("certificates/_trace.html", certificate=certificate)


def _render_card(certificate: Certificate) -> str:
    return render_template(
        "certificates/_cycle_card.html", certificate=certificate, link=link_of(certificate)
    )


def link_of(certificate: Certificate) -> str:
    """The public address of a certificate, as its QR code carries it."""
    return verify_url(current_app.extensions["settings"].public_url, certificate.code)
