"""Marks, cycle, certificate and hours follow a mended key together, both ways."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.certificates.models import CertificateState, RevocationReason
from lms.certificates.operations import revoke_certificate
from lms.core import clock as clocks
from lms.core.db import db, transaction
from lms.core.errors import Conflict
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import enrol, withdraw_cycle
from lms.enrollments.queries import latest_cycle
from lms.exams.models import AttemptState, RestudyState
from lms.exams.operations import open_attempt
from lms.exams.restudy_operations import apply_for_restudy, decide_restudy
from lms.hours.models import Delivery, DeliveryKind
from lms.watching.operations import lock_clock
from tests.exams.conftest import submit
from tests.exams.regrade.conftest import (
    EVERYBODY,
    VOID,
    attempts,
    begin,
    certificates,
    credits,
    key,
    open_paper,
    regrade,
    sit,
    watched,
)


def states(cycle):
    return [attempt.state for attempt in attempts(cycle)]


def kinds():
    query = select(Delivery.credit_id, Delivery.kind).order_by(Delivery.id)
    return [(row.credit_id, row.kind) for row in db.session.execute(query)]


def restudy(manager, cycle):
    """Apply for another study, which is granted; returns its cycle."""
    with transaction():
        application = apply_for_restudy(cycle.person, cycle, "没有掌握，希望重新学习。")
        decide_restudy(manager, application.id, approve=True, remark="")
        new_id = application.new_cycle_id
    return watched(db.session.get(Cycle, new_id))


def test_losing_the_pass_takes_certificate_and_hours_and_leaves_the_other_attempt(
    course, questions, manager
):
    cycle = begin(course)
    sit(cycle, 0, 0, 1)
    regrade(manager, questions[0], key(1))
    assert states(cycle) == [AttemptState.FAILED]
    assert attempts(cycle)[0].points == 1000
    assert cycle.state is CycleState.ACTIVE
    assert cycle.ended_at is None
    (certificate,) = certificates()
    assert certificate.state is CertificateState.REVOKED
    assert certificate.revocation_reason is RevocationReason.REGRADED
    assert certificate.revocation_note == "经专家核实，原答案有误。"
    (credit,) = credits()
    assert credit.is_reversed
    assert kinds() == [(credit.id, DeliveryKind.CREDIT), (credit.id, DeliveryKind.REVERSAL)]


def test_the_attempt_that_is_left_can_be_passed_and_earns_anew(course, questions, manager):
    cycle = begin(course)
    sit(cycle, 0, 0, 1)
    regrade(manager, questions[0], key(1))
    sit(cycle, 1, 0, 0)
    assert cycle.state is CycleState.COMPLETED
    old, new = certificates()
    assert (old.state, new.state) == (CertificateState.REVOKED, CertificateState.VALID)
    assert old.number != new.number
    first, second = credits()
    assert (first.is_reversed, second.is_reversed) == (True, False)
    assert kinds() == [
        (first.id, DeliveryKind.CREDIT),
        (first.id, DeliveryKind.REVERSAL),
        (second.id, DeliveryKind.CREDIT),
    ]


def test_failing_in_the_second_attempt_after_all_fails_the_cycle(course, questions, manager):
    cycle = begin(course)
    sit(cycle, 1, 1, 1)
    sit(cycle, 0, 0, 1)
    regrade(manager, questions[0], key(2))
    assert states(cycle) == [AttemptState.FAILED, AttemptState.FAILED]
    assert cycle.state is CycleState.FAILED
    with transaction():
        apply_for_restudy(cycle.person, cycle, "希望重新学习。")


def test_a_closed_course_leaves_no_further_attempt(course, questions, manager):
    cycle = begin(course)
    sit(cycle, 0, 0, 1)
    course.closes_on = clocks.today() - dt.timedelta(days=1)
    db.session.commit()
    regrade(manager, questions[0], key(1))
    assert cycle.state is CycleState.FAILED


def test_passing_after_all_completes_on_the_day_of_the_regrade(course, questions, manager, clock):
    cycle = begin(course)
    sit(cycle, 1, 0, 1)
    sit(cycle, 1, 1, 1)
    assert cycle.state is CycleState.FAILED
    clock.advance(days=3)
    regrade(manager, questions[0], key(1))
    assert states(cycle) == [AttemptState.PASSED, AttemptState.FAILED]
    assert cycle.state is CycleState.COMPLETED
    assert cycle.ended_at == clocks.now()
    (certificate,) = certificates()
    assert certificate.state is CertificateState.VALID
    assert certificate.completed_at == clocks.now()
    assert kinds() == [(credits()[0].id, DeliveryKind.CREDIT)]


def test_passing_after_all_before_the_second_attempt(course, questions, manager):
    cycle = begin(course)
    sit(cycle, 1, 0, 1)
    regrade(manager, questions[0], key(1))
    assert cycle.state is CycleState.COMPLETED
    with pytest.raises(Conflict), transaction():
        open_attempt(cycle.person, cycle)


def test_an_attempt_under_way_is_marked_by_the_new_key_and_changes_nothing_any_more(
    course, questions, manager
):
    cycle = begin(course)
    sit(cycle, 1, 0, 1)
    second = open_paper(cycle, 0, 1, 1)
    regrade(manager, questions[0], key(1))
    assert cycle.state is CycleState.COMPLETED
    submit(second)
    assert attempts(cycle)[1].points == 0
    assert cycle.state is CycleState.COMPLETED
    assert len(certificates()) == 1


def test_undoing_gives_back_what_was_taken(course, questions, manager):
    cycle = begin(course)
    sit(cycle, 0, 0, 1)
    regrade(manager, questions[0], key(1))
    regrade(manager, questions[0], key(0))
    assert cycle.state is CycleState.COMPLETED
    assert [c.state for c in certificates()] == [CertificateState.REVOKED, CertificateState.VALID]
    assert [credit.is_reversed for credit in credits()] == [True, False]
    regrade(manager, questions[0], key(1))
    assert cycle.state is CycleState.ACTIVE
    assert [credit.is_reversed for credit in credits()] == [True, True]
    assert len(kinds()) == 4


def test_everybody_is_given_the_marks_also_who_answered_nothing(course, questions, manager):
    cycle = begin(course)
    with transaction():
        attempt = open_attempt(cycle.person, cycle)
    submit(attempt)
    regrade(manager, questions[0], EVERYBODY)
    (sat,) = attempts(cycle)
    assert (sat.points, sat.total_points) == (1000, 3000)


def test_what_does_not_count_leaves_the_full_marks_too(course, questions, manager):
    cycle = begin(course)
    sit(cycle, 1, 0, 0)
    loser = begin(course)
    sit(loser, 0, 0, 1)
    regrade(manager, questions[0], VOID)
    (sat,) = attempts(cycle)
    assert (sat.points, sat.total_points, sat.state) == (2000, 2000, AttemptState.PASSED)
    (lost,) = attempts(loser)
    assert (lost.points, lost.total_points, lost.state) == (1000, 2000, AttemptState.FAILED)
    regrade(manager, questions[0], key(0))
    (lost,) = attempts(loser)
    assert (lost.points, lost.total_points, lost.state) == (2000, 3000, AttemptState.PASSED)


def test_papers_drawn_later_are_marked_by_the_new_key(course, questions, manager):
    regrade(manager, questions[0], key(1))
    regrade(manager, questions[1], VOID)
    cycle = begin(course)
    attempt = sit(cycle, 1, 0, 0)
    assert (attempt.points, attempt.total_points) == (2000, 2000)


def test_a_study_begun_again_ends_when_the_first_is_completed_after_all(course, questions, manager):
    first = begin(course)
    sit(first, 1, 0, 1)
    sit(first, 1, 1, 1)
    second = restudy(manager, first)
    regrade(manager, questions[0], key(1))
    assert (first.state, second.state) == (CycleState.COMPLETED, CycleState.WITHDRAWN)
    assert latest_cycle(first.person, course).id == first.id
    with pytest.raises(Conflict, match="已完成本课程"), transaction():
        enrol(first.person, course)


def test_it_goes_on_from_where_it_was_if_the_regrade_is_undone(course, questions, manager):
    first = begin(course)
    sit(first, 1, 0, 1)
    sit(first, 1, 1, 1)
    second = restudy(manager, first)
    regrade(manager, questions[0], key(1))
    regrade(manager, questions[0], key(0))
    assert (first.state, second.state) == (CycleState.FAILED, CycleState.ACTIVE)
    sit(second, 0, 0, 0)
    assert second.state is CycleState.COMPLETED
    assert [c.state for c in certificates()] == [CertificateState.REVOKED, CertificateState.VALID]


def test_a_course_completed_in_the_second_study_is_completed_once(course, questions, manager):
    first = begin(course)
    sit(first, 1, 0, 1)
    sit(first, 1, 1, 1)
    second = restudy(manager, first)
    sit(second, 1, 0, 0)
    regrade(manager, questions[0], key(1))
    assert states(first)[0] is AttemptState.PASSED
    assert (first.state, second.state) == (CycleState.FAILED, CycleState.COMPLETED)
    assert len(certificates()) == 1


def test_completion_passes_to_the_study_that_still_has_a_passed_attempt(course, questions, manager):
    first = begin(course)
    sit(first, 1, 0, 1)
    sit(first, 1, 1, 1)
    second = restudy(manager, first)
    sit(second, 0, 0, 1)
    regrade(manager, questions[0], key(1))
    assert (first.state, second.state) == (CycleState.COMPLETED, CycleState.FAILED)
    assert [c.state for c in certificates()] == [CertificateState.REVOKED, CertificateState.VALID]


def test_an_application_that_waits_is_closed_with_its_reason(course, questions, manager):
    cycle = begin(course)
    sit(cycle, 1, 0, 1)
    sit(cycle, 1, 1, 1)
    with transaction():
        application = apply_for_restudy(cycle.person, cycle, "希望重新学习。")
    regrade(manager, questions[0], key(1))
    db.session.refresh(application)
    assert application.state is RestudyState.REFUSED
    assert "已合格" in application.remark


def test_what_a_refund_ended_stays_ended(course, questions, manager):
    cycle = begin(course)
    sit(cycle, 1, 0, 1)
    with transaction():
        lock_clock(cycle.person_id)
        withdraw_cycle(manager, cycle)
    regrade(manager, questions[0], key(1))
    assert states(cycle) == [AttemptState.PASSED]
    assert cycle.state is CycleState.WITHDRAWN
    assert certificates() == []


def test_a_certificate_revoked_for_another_reason_is_not_given_again(course, questions, manager):
    cycle = begin(course)
    sit(cycle, 0, 0, 1)
    with transaction():
        revoke_certificate(manager, certificates()[0], RevocationReason.PROXY, "由他人代考")
    regrade(manager, questions[0], key(1))
    regrade(manager, questions[0], key(0))
    assert cycle.state is CycleState.COMPLETED
    assert [c.revocation_reason for c in certificates()] == [RevocationReason.PROXY]
    assert len(kinds()) == 2
