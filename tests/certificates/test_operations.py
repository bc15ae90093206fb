"""Issue, revocation and replacement."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.certificates import operations, queries
from lms.certificates.files import pdf_path
from lms.certificates.models import Certificate, CertificateState, RevocationReason
from lms.core import events
from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.enums import HourCategory
from lms.core.errors import DomainError, IllegalMove, Invalid, NotAllowed
from lms.core.permissions import Role
from lms.core.types import Hours
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import complete_cycle
from lms.hours.models import Credit, Delivery, DeliveryKind
from tests.factories import CourseFactory, CycleFactory, PersonFactory, PostFactory
from tests.support import kept_file

THREADS = 8


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def at_once(app: Flask, work: Callable[[], object]) -> list[object]:
    """What `work` gives, or raises, in several threads that start together."""
    gate, results = threading.Barrier(THREADS), []

    def run() -> None:
        with app.app_context():
            gate.wait()
            try:
                with transaction():
                    results.append(work())
            except DomainError as refusal:
                results.append(refusal)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    return results


def manager_of(certificate: Certificate):
    post = PostFactory(organization=certificate.cycle.course.base, role=Role.BASE_MANAGER)
    return post.person


def revoke(actor, certificate: Certificate, note: str = "抽查发现由他人代学") -> None:
    with transaction():
        operations.revoke_certificate(actor, certificate, RevocationReason.PROXY, note)


def test_completed_cycle_has_certificate_and_credit_together(app, clock, issue):
    certificate = issue(
        name="阿依古丽·买买提",
        title="大数据工程",
        hours=Hours(25),
        category=HourCategory.PROFESSIONAL,
    )
    credit = db.session.scalars(select(Credit)).one()
    assert credit.certificate_number == certificate.number
    assert credit.cycle_id == certificate.cycle_id
    assert certificate.state is CertificateState.VALID
    assert (certificate.person_name, certificate.course_title) == ("阿依古丽·买买提", "大数据工程")
    assert certificate.identity_tail == certificate.person.identity_tail
    assert (certificate.hours, certificate.year) == (Hours(25), 2025)
    assert certificate.category is HourCategory.PROFESSIONAL
    assert certificate.issued_at == certificate.completed_at == clock()


def test_number_and_code_have_their_forms(issue):
    certificate = issue()
    assert certificate.number.startswith("XS-2025-370000-")
    assert len(certificate.code) == 22


def test_nothing_is_rendered_in_the_request_that_completes(app, tasks, issue):
    certificate = issue()
    assert not kept_file(pdf_path(certificate)).exists()
    assert "lms.certificates.tasks.render_certificate" in tasks.names()


def test_issuing_again_gives_the_same(issue):
    certificate = issue()
    with transaction():
        again = operations.issue_certificate(certificate.cycle)
    assert again.id == certificate.id
    assert count(Certificate) == 1


def test_parallel_issue_makes_one(app):
    cycle_id = CycleFactory().id

    def work() -> str:
        return operations.issue_certificate(db.session.get_one(Cycle, cycle_id)).number

    assert len(set(at_once(app, work))) == 1
    assert count(Certificate) == 1


def test_unique_key_decides_when_both_saw_none(app, monkeypatch):
    cycle = CycleFactory()
    with transaction():
        first = operations.issue_certificate(cycle)
    seen = iter([None, first])
    monkeypatch.setattr(operations, "certificate_of_cycle", lambda _id: next(seen))
    with transaction():
        assert operations.issue_certificate(cycle) is first
    assert count(Certificate) == 1


def test_number_drawn_twice_is_drawn_again(app, monkeypatch):
    draws = iter([7, 7, 8])
    monkeypatch.setattr(operations.secrets, "randbelow", lambda _limit: next(draws))
    with transaction():
        numbers = [operations.issue_certificate(CycleFactory()).number for _ in range(2)]
    assert numbers[0] != numbers[1]


def test_double_click_on_completion_gives_one_of_each(app):
    cycle_id = CycleFactory().id

    def work() -> None:
        complete_cycle(db.session.get_one(Cycle, cycle_id, with_for_update=True))

    results = at_once(app, work)
    assert results.count(None) == 1
    assert all(result is None or isinstance(result, DomainError) for result in results)
    assert (count(Certificate), count(Credit), count(Delivery)) == (1, 1, 1)


def test_failure_after_issue_leaves_neither_certificate_nor_completion(app):
    cycle = CycleFactory()

    def complete_and_fail() -> None:
        with transaction():
            complete_cycle(cycle)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        complete_and_fail()
    assert (count(Certificate), count(Credit)) == (0, 0)
    assert cycle.state is CycleState.ACTIVE


def test_certificate_keeps_its_words_when_course_and_person_change(issue):
    certificate = issue(name="王小明", title="旧名称")
    with transaction():
        certificate.cycle.course.title = "新名称"
        certificate.person.name = "王大明"
    db.session.expire_all()
    assert (certificate.person_name, certificate.course_title) == ("王小明", "旧名称")


def test_revocation_tells_why_and_takes_the_hours_back(clock, issue):
    certificate = issue()
    manager = manager_of(certificate)
    clock.advance(days=30)
    revoke(manager, certificate)
    assert certificate.state is CertificateState.REVOKED
    assert certificate.revoked_at == clock()
    assert certificate.revoked_by_id == manager.id
    reversal = db.session.scalars(
        select(Delivery).where(Delivery.kind == DeliveryKind.REVERSAL)
    ).one()
    assert reversal.reason == "抽查发现由他人代学"
    tags = set(db.session.scalars(select(AuditEvent.tag)))
    assert {"certificates:certificate:issue", "certificates:certificate:revoke"} <= tags


def test_revocation_is_announced_with_its_note(issue):
    certificate, heard = issue(), []

    def hear(sender, **more):
        heard.append((sender, more["reason"]))

    with events.certificate_revoked.connected_to(hear):
        revoke(manager_of(certificate), certificate)
    assert heard == [(certificate, "抽查发现由他人代学")]


def test_manager_of_another_base_may_not_revoke(issue):
    certificate = issue()
    stranger = PostFactory(role=Role.BASE_MANAGER).person
    with pytest.raises(NotAllowed):
        revoke(stranger, certificate)
    assert certificate.state is CertificateState.VALID


def test_trainer_may_not_revoke(issue):
    certificate = issue()
    trainer = PostFactory(organization=certificate.cycle.course.base, role=Role.TRAINER).person
    with pytest.raises(NotAllowed):
        revoke(trainer, certificate)


def test_revocation_needs_a_note(issue):
    certificate = issue()
    with pytest.raises(Invalid) as refusal:
        revoke(manager_of(certificate), certificate, "  ")
    assert refusal.value.field == "note"


def test_revoked_stays_revoked(issue):
    certificate = issue()
    manager = manager_of(certificate)
    revoke(manager, certificate)
    with pytest.raises(IllegalMove):
        revoke(manager, certificate)
    with pytest.raises(IllegalMove), transaction():
        operations.supersede_certificate(certificate, issue())


def test_superseded_names_its_successor(clock, issue):
    old, new = issue(), issue()
    with transaction():
        operations.supersede_certificate(old, new)
    assert old.state is CertificateState.SUPERSEDED
    assert (old.superseded_by_id, old.superseded_at) == (new.id, clock())
    assert new.state is CertificateState.VALID


def test_lists_and_checks_are_twins(issue):
    certificate, other = issue(), issue()
    manager = manager_of(certificate)
    listed = db.session.scalars(queries.certificates_to_manage(manager)).all()
    assert listed == [certificate]
    assert queries.certificate_to_manage(manager, certificate.id) is certificate
    with pytest.raises(DomainError):
        queries.certificate_to_manage(manager, other.id)


def test_completion_day_is_the_cycles(clock, app):
    course = CourseFactory(requires_exam=False)
    cycle = CycleFactory(course=course, person=PersonFactory())
    clock.set(dt.datetime(2025, 12, 31, 17, tzinfo=dt.UTC))
    with transaction():
        complete_cycle(cycle)
    certificate = queries.certificate_of_cycle(cycle.id)
    assert certificate.completed_at == cycle.ended_at
    assert certificate.has_exam is False
