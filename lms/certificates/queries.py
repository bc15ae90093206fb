"""Finding certificates, by those who may."""

import hmac

from sqlalchemy import Select, select

from lms.accounts.models import Person
from lms.accounts.queries import organizations_with
from lms.certificates.models import Certificate, PdfState
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.permissions import Permission
from lms.documents.rules import is_code, normalize_name, normalize_number


def find_by_code(code: str) -> Certificate | None:
    """The certificate with this verification code, whatever its state."""
    if not is_code(code):
        return None
    return db.session.scalar(select(Certificate).where(Certificate.code == code))


def find_by_number(number: str) -> Certificate | None:
    """The certificate with this number, however it was typed."""
    wanted = normalize_number(number)
    return db.session.scalar(select(Certificate).where(Certificate.number == wanted))


def find_by_number_and_name(number: str, name: str) -> Certificate | None:
    """The certificate with this number, if it is this person's.

    An unknown number and a wrong name give the same None: whoever asks learns nothing about
    whose a number is, or whether it exists.
    """
    certificate = find_by_number(number)
    stored = certificate.person_name if certificate else ""
    same = hmac.compare_digest(normalize_name(stored).encode(), normalize_name(name).encode())
    return certificate if same and certificate is not None else None


def certificate_of_cycle(cycle_id: int) -> Certificate | None:
    """The certificate a cycle earned, if it has."""
    return db.session.scalar(select(Certificate).where(Certificate.cycle_id == cycle_id))


def own_certificates(person: Person) -> list[Certificate]:
    """A person's certificates, the newest first."""
    query = select(Certificate).where(Certificate.person_id == person.id)
    return list(db.session.scalars(query.order_by(Certificate.id.desc())))


def own_certificate(person: Person, certificate_id: int) -> Certificate:
    """One of the person's own; raises NotFound for anybody else's."""
    certificate = db.session.get(Certificate, certificate_id)
    if certificate is None or certificate.person_id != person.id:
        raise NotFound()
    return certificate


def certificates_to_manage(actor: Person, number: str = "") -> Select[Certificate]:
    """Those of courses over whose base the actor may revoke; narrowed to numbers containing
    `number`. The list twin of the check in `operations.revoke_certificate`."""
    bases = organizations_with(actor, Permission.CERTIFICATES_CERTIFICATE_REVOKE)
    query = select(Certificate).where(Certificate.base_id.in_(bases))
    wanted = normalize_number(number)
    return query.where(Certificate.number.contains(wanted, autoescape=True)) if wanted else query


def certificate_to_manage(actor: Person, certificate_id: int) -> Certificate:
    """One of `certificates_to_manage`; raises NotFound for another."""
    query = certificates_to_manage(actor).where(Certificate.id == certificate_id)
    certificate = db.session.scalar(query)
    if certificate is None:
        raise NotFound()
    return certificate


def ids_without_pdf(limit: int) -> list[int]:
    """Certificates whose file has not been made, those tried least often first."""
    query = select(Certificate.id).where(Certificate.pdf_state == PdfState.PENDING.value)
    return list(
        db.session.scalars(query.order_by(Certificate.pdf_attempts, Certificate.id).limit(limit))
    )
