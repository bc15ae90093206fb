"""Issuing, revoking and replacing certificates."""

import secrets
from collections.abc import Callable

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.accounts.operations import require
from lms.certificates.models import Certificate, CertificateState, RevocationReason
from lms.certificates.queries import certificate_of_cycle
from lms.certificates.states import CERTIFICATE_MOVES
from lms.certificates.tasks import render_certificate
from lms.core import clock, events
from lms.core.audit import AuditTag, record
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Permission
from lms.core.states import move
from lms.core.tasks import enqueue_after_commit
from lms.documents.rules import SERIAL_DIGITS, format_number
from lms.enrollments.models import Cycle
from lms.hours.operations import write_credit

CODE_BYTES = 16
_TRIES = 5


def complete(cycle: Cycle, **_more: object) -> None:
    """Handler of events.cycle_completed: the certificate and its hours, in the same transaction."""
    certificate = issue_certificate(cycle)
    write_credit(cycle, certificate.number)


def issue_certificate(cycle: Cycle) -> Certificate:
    """The certificate of a completed cycle, issued at the first call.

    However often and from wherever it is called, a cycle has one: the unique key decides, and who
    comes second is given what the first one made. The file is rendered after the commit.
    """
    found = certificate_of_cycle(cycle.id)
    if found is not None and not _may_earn_anew(found):
        return found
    if found is not None:
        # It stays revoked for ever, and lets go of the cycle for the one in its place.
        found.cycle_id = None
        db.session.flush()
    return _save(lambda: _printed(cycle), cycle.id)


def _may_earn_anew(certificate: Certificate) -> bool:
    """Whether a regrade took it back: then the cycle, completed once more, earns another one.

    What was revoked for anything else stays so, whatever marks come to be.
    """
    return certificate.revocation_reason is RevocationReason.REGRADED


def reissue_certificate(old: Certificate, cycle: Cycle) -> Certificate:
    """A certificate of the same study in the name of whom the cycle belongs to now.

    What it says of the course stays as it was first printed. The caller notes that it stands in
    the place of the old one, which lets go of the cycle.
    """
    old.cycle_id = None
    db.session.flush()
    return _save(lambda: _printed_anew(old, cycle), cycle.id)


def _save(make: Callable[[], Certificate], cycle_id: int) -> Certificate:
    for _ in range(_TRIES):
        certificate = make()
        try:
            with db.session.begin_nested():
                db.session.add(certificate)
        except IntegrityError:
            found = certificate_of_cycle(cycle_id)
            if found is not None:
                return found
            # Not the cycle, so a number that exists already was drawn: draw another.
            continue
        subject, base_id = f"certificate:{certificate.id}", certificate.base_id
        record(AuditTag.CERTIFICATES_CERTIFICATE_ISSUE, None, subject, organization_id=base_id)
        enqueue_after_commit(render_certificate, certificate.id)
        return certificate
    raise Conflict()


def _printed(cycle: Cycle) -> Certificate:
    course, version, person = cycle.course, cycle.version, cycle.person
    now = clock.now()
    return Certificate(
        number=_draw_number(version.year, cycle),
        code=secrets.token_urlsafe(CODE_BYTES),
        cycle_id=cycle.id,
        person_id=person.id,
        base_id=course.base_id,
        person_name=person.name,
        identity_tail=person.identity_tail,
        course_title=version.title,
        category=version.category,
        hours=version.hours,
        year=version.year,
        base_name=course.base.name,
        issuer_name=current_app.extensions["settings"].issuer_name,
        has_exam=version.requires_exam,
        completed_at=cycle.ended_at or now,
        issued_at=now,
    )


def _printed_anew(old: Certificate, cycle: Cycle) -> Certificate:
    same = ("base_id", "course_title", "category", "hours", "year", "base_name", "has_exam")
    return Certificate(
        number=_draw_number(old.year, cycle),
        code=secrets.token_urlsafe(CODE_BYTES),
        cycle_id=cycle.id,
        person_id=cycle.person.id,
        person_name=cycle.person.name,
        identity_tail=cycle.person.identity_tail,
        issuer_name=old.issuer_name,
        completed_at=old.completed_at,
        issued_at=clock.now(),
        **{column: getattr(old, column) for column in same},
    )


def _draw_number(year: int, cycle: Cycle) -> str:
    serial = secrets.randbelow(10**SERIAL_DIGITS)
    return format_number(year, cycle.course.base.division_code, serial)


def revoke_certificate(
    actor: Person, certificate: Certificate, reason: RevocationReason, note: str
) -> None:
    """Revoke a certificate for a public `reason`; the `note` is for staff and the hour bank.

    Sends events.certificate_revoked, on which the hours go back. Raises NotAllowed unless `actor`
    may revoke over the course's base, Invalid without a note, IllegalMove unless it is valid.
    """
    require(actor, Permission.CERTIFICATES_CERTIFICATE_REVOKE, certificate.base_id)
    if not note.strip():
        raise Invalid(_l("请写明撤销的依据。"), field="note")
    _revoke(actor, certificate, reason, note)


def take_back(cycle: Cycle, actor: Person, reason: str) -> None:
    """Handler of events.cycle_reopened: the certificate is revoked, and the hours go with it.

    One that is not valid any more stays what it is; its hours went back with it.
    """
    certificate = certificate_of_cycle(cycle.id)
    if certificate is not None and certificate.state is CertificateState.VALID:
        _revoke(actor, certificate, RevocationReason.REGRADED, reason)


def _revoke(actor: Person, certificate: Certificate, reason: RevocationReason, note: str) -> None:
    move(certificate, CertificateState.REVOKED, CERTIFICATE_MOVES)
    certificate.revoked_at = clock.now()
    certificate.revoked_by_id = actor.id
    certificate.revocation_reason = reason
    certificate.revocation_note = note.strip()
    subject = f"certificate:{certificate.id}"
    record(
        AuditTag.CERTIFICATES_CERTIFICATE_REVOKE,
        actor.id,
        subject,
        organization_id=certificate.base_id,
        reason=reason.value,
    )
    db.session.flush()
    events.certificate_revoked.send(certificate, reason=certificate.revocation_note)


def supersede_certificate(old: Certificate, new: Certificate) -> None:
    """Note that `new` stands in the place of `old`. Raises IllegalMove unless `old` is valid."""
    if old.id == new.id:
        raise Conflict()
    move(old, CertificateState.SUPERSEDED, CERTIFICATE_MOVES)
    old.superseded_at = clock.now()
    old.superseded_by = new
