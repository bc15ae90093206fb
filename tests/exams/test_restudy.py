import pytest

from lms.core.db import db, transaction
from lms.core.errors import Conflict, IllegalMove, Invalid, NotFound
from lms.core.permissions import Role
from lms.enrollments.models import CycleState
from lms.enrollments.queries import latest_cycle
from lms.exams.models import RestudyState
from lms.exams.restudy_operations import apply_for_restudy, decide_restudy
from lms.organizations.models import OrganizationKind
from tests.exams.conftest import sit
from tests.factories import OrganizationFactory, PostFactory

REASON = "准备重新学习折算规则一讲。"


@pytest.fixture
def unit(app):
    return OrganizationFactory(kind=OrganizationKind.UNIT)


@pytest.fixture
def failed(cycle, unit):
    """A cycle failed twice, of a person of `unit`."""
    cycle.person.unit = unit
    db.session.commit()
    sit(cycle, right=False)
    sit(cycle, right=False)
    return cycle


@pytest.fixture
def manager(unit):
    return PostFactory(organization=unit, role=Role.UNIT_MANAGER).person


def _apply(cycle, reason=REASON):
    with transaction():
        return apply_for_restudy(cycle.person, cycle, reason)


def _decide(actor, application, *, approve, remark=""):
    with transaction():
        return decide_restudy(actor, application.id, approve=approve, remark=remark)


def test_approval_begins_a_new_cycle_with_two_new_attempts(failed, manager):
    application = _decide(manager, _apply(failed), approve=True)
    fresh = latest_cycle(failed.person, failed.course)
    assert application.new_cycle_id == fresh.id
    assert (fresh.number, fresh.state) == (2, CycleState.ACTIVE)
    assert failed.state is CycleState.FAILED


def test_the_base_of_the_course_may_decide_too(failed):
    base_manager = PostFactory(organization=failed.course.base, role=Role.BASE_MANAGER).person
    assert _decide(base_manager, _apply(failed), approve=True).state is RestudyState.APPROVED


def test_refusal_needs_a_reason_and_leaves_the_way_open_to_apply_again(failed, manager):
    application = _apply(failed)
    with pytest.raises(Invalid):
        _decide(manager, application, approve=False)
    _decide(manager, application, approve=False, remark="请先完成自学笔记。")
    assert latest_cycle(failed.person, failed.course).id == failed.id
    assert _apply(failed).id != application.id


def test_one_application_at_a_time(failed):
    _apply(failed)
    with pytest.raises(Conflict):
        _apply(failed)


def test_nothing_is_decided_twice(failed, manager):
    application = _decide(manager, _apply(failed), approve=True)
    with pytest.raises(IllegalMove):
        _decide(manager, application, approve=False, remark="改主意了")


def test_nobody_decides_on_their_own_application(failed, unit):
    PostFactory(person=failed.person, organization=unit, role=Role.UNIT_MANAGER)
    application = _apply(failed)
    with pytest.raises(NotFound):
        _decide(failed.person, application, approve=True)


def test_a_stranger_with_the_same_post_elsewhere_sees_nothing(failed):
    stranger = PostFactory(
        organization=OrganizationFactory(kind=OrganizationKind.UNIT), role=Role.UNIT_MANAGER
    ).person
    application = _apply(failed)
    with pytest.raises(NotFound):
        _decide(stranger, application, approve=True)


def test_a_cycle_that_still_runs_needs_no_application(cycle):
    with pytest.raises(Conflict):
        _apply(cycle)


@pytest.mark.parametrize("reason", ["", "  ", "短", "长" * 501])
def test_reason_is_asked_for(failed, reason):
    with pytest.raises(Invalid) as refused:
        _apply(failed, reason)
    assert refused.value.field == "reason"
