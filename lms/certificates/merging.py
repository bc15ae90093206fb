"""What becomes of certificates and their hours when a duplicate is merged into another person."""

from lms.accounts.models import Person
from lms.certificates.models import Certificate, CertificateState
from lms.certificates.operations import reissue_certificate, supersede_certificate
from lms.certificates.queries import certificate_of_cycle
from lms.core.db import db
from lms.enrollments.models import Cycle
from lms.hours.operations import hand_over_credit, reverse_credit

# What the hour bank is told; it is part of the ledger and not of a page.
REASON = "人员合并：同一人的重复登记"


def hand_over(cycle: Cycle, actor: Person) -> None:
    """Handler of events.cycle_handed_over: a certificate in the survivor's name, and the hours.

    The old one says that it was replaced, and by which. One that was revoked is only filed under
    the survivor: its hours were taken back with it.
    """
    old = certificate_of_cycle(cycle.id)
    if old is None:
        return
    if old.state is not CertificateState.VALID:
        old.person_id = cycle.person_id
        db.session.flush()
        return
    new = reissue_certificate(old, cycle)
    supersede_certificate(old, new)
    db.session.flush()
    hand_over_credit(cycle, new.number, REASON)


def set_aside(cycle: Cycle, kept: Cycle, actor: Person) -> None:
    """Handler of events.cycle_set_aside: a course done by both counts once, under the survivor.

    If the survivor's own certificate was revoked the duplicate's stays as it is, hours and all:
    nobody loses by a merger what was honestly earned.
    """
    old, other = _valid_certificate(cycle), _valid_certificate(kept)
    if old is None or other is None:
        return
    supersede_certificate(old, other)
    db.session.flush()
    reverse_credit(cycle.id, REASON)


def _valid_certificate(cycle: Cycle) -> Certificate | None:
    found = certificate_of_cycle(cycle.id)
    return found if found is not None and found.state is CertificateState.VALID else None
