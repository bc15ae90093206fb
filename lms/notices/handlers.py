"""From what happened to a notice, in its transaction. Each handler picks the facts and no more."""

from lms.accounts.models import Person
from lms.certificates.models import Certificate, CertificateState
from lms.enrollments.models import Cycle, CycleState, EntryReason
from lms.exams.models import Attempt, AttemptState, RestudyApplication, RestudyState
from lms.exams.queries import attempts_left_of
from lms.exams.regrade.models import Regrade, RegradedAttempt
from lms.hours.models import Delivery, DeliveryKind
from lms.notices.models import NoticeKind
from lms.notices.operations import tell
from lms.notices.writing import Told


def tell_enrolled(cycle: Cycle) -> None:
    """Handler of events.cycle_started. Of a re-study one is told with the decision."""
    if cycle.reason is EntryReason.RESTUDY:
        return
    closes_on = cycle.course.last_day
    facts = {
        "course": cycle.version.title,
        "cycle_id": cycle.id,
        "closes_on": closes_on.isoformat() if closes_on else None,
    }
    tell(NoticeKind.ENROLLED, Told(cycle.person_id, f"cycle:{cycle.id}", facts))


def tell_result(attempt: Attempt) -> None:
    """Handler of events.attempt_submitted."""
    cycle = attempt.cycle
    is_active = cycle.state is CycleState.ACTIVE
    facts = {
        "course": cycle.version.title,
        "attempt_id": attempt.id,
        "number": attempt.number,
        "is_passed": attempt.state is AttemptState.PASSED,
        "percent": _percent(attempt.points or 0, attempt.total_points),
        "attempts_left": attempts_left_of(cycle) if is_active else 0,
        "is_last": cycle.state is CycleState.FAILED,
    }
    tell(NoticeKind.ATTEMPT_RESULT, Told(cycle.person_id, f"attempt:{attempt.id}", facts))


def _percent(points: int, total: int) -> int:
    """The share of the marks, rounded down: nobody is told a pass mark that they just missed."""
    return points * 100 // max(total, 1)


def tell_regraded(
    regrade: Regrade, person: Person, attempts: list[RegradedAttempt], **_more: object
) -> None:
    """Handler of events.exam_regraded: of several sittings the one whose verdict has changed, or
    the last. Certificates and hours that follow are told by their own events."""
    ordered = sorted(attempts, key=lambda each: (_turns(each), each.attempt_id))
    change = ordered[-1]
    facts = {
        "course": change.attempt.cycle.version.title,
        "attempt_id": change.attempt_id,
        "number": change.attempt.number,
        "before": _percent(change.points_before, change.total_before),
        "after": _percent(change.points_after, change.total_after),
        "was_passed": change.state_before is AttemptState.PASSED,
        "is_passed": change.state_after is AttemptState.PASSED,
    }
    about = f"regrade:{regrade.id}:{person.id}"
    tell(NoticeKind.REGRADED, Told(person.id, about, facts))


def _turns(change: RegradedAttempt) -> bool:
    return change.state_before is not change.state_after


def tell_decision(application: RestudyApplication) -> None:
    """Handler of events.restudy_decided. The remark stays on the page: it is somebody's words."""
    cycle = application.cycle
    facts = {
        "course": cycle.version.title,
        "cycle_id": cycle.id,
        "is_approved": application.state is RestudyState.APPROVED,
        "is_by_policy": application.decided_by_id is None,
    }
    tell(NoticeKind.RESTUDY_DECIDED, Told(cycle.person_id, f"restudy:{application.id}", facts))


def tell_certificate(certificate: Certificate) -> None:
    """Handler of events.certificate_ready."""
    if certificate.state is CertificateState.VALID:
        _tell_of(NoticeKind.CERTIFICATE_READY, certificate)


def tell_revoked(certificate: Certificate, **_more: object) -> None:
    """Handler of events.certificate_revoked. The reason is on the page of the certificate."""
    _tell_of(NoticeKind.CERTIFICATE_REVOKED, certificate)


def _tell_of(kind: NoticeKind, certificate: Certificate) -> None:
    if certificate.person_id is None:
        return
    facts = {
        "course": certificate.course_title,
        "hours": str(certificate.hours),
        "year": certificate.year,
    }
    tell(kind, Told(certificate.person_id, f"certificate:{certificate.id}", facts))


def tell_refused(delivery: Delivery) -> None:
    """Handler of events.hours_refused: of hours, once; the bank may refuse them again and again."""
    credit = delivery.credit
    if delivery.kind is not DeliveryKind.CREDIT:
        return
    facts = {
        "course": credit.title,
        "credit_id": credit.id,
        "hours": str(credit.hours),
        "year": credit.year,
    }
    tell(NoticeKind.HOURS_REFUSED, Told(credit.person_id, f"credit:{credit.id}", facts))
