import threading

import pytest
from sqlalchemy import select

from lms.catalog.models import CourseState
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Conflict, IllegalMove, Invalid, NotFound
from lms.core.permissions import Role
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.queries import latest_cycle
from lms.exams.models import RestudyApplication, RestudyState
from lms.exams.queries import (
    application_of,
    application_to_decide,
    applications_to_see,
    deciders,
)
from lms.exams.restudy_operations import apply_for_restudy, decide_restudy
from lms.organizations.models import OrganizationKind
from lms.watching.models import WatchedCourse
from tests.exams.conftest import sit
from tests.factories import OrganizationFactory, PostFactory
from tests.security.support import at_once
from tests.support import sign_in

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


@pytest.fixture
def base_manager(failed):
    return PostFactory(organization=failed.course.base, role=Role.BASE_MANAGER).person


@pytest.fixture
def decided_by(failed, study_policy):
    """`decided_by("unit")`: the policy of the course's division says so."""
    code = failed.course.base.division_code
    return lambda rule: study_policy(f"{code}-2025", f'[restudy]\ndecided_by = "{rule}"\n')


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


def test_the_base_of_the_course_may_decide_too(failed, base_manager):
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


def _may_decide(person, application):
    """Whether the person finds it in the list, which must be who may decide it."""
    query = applications_to_see(person).where(RestudyApplication.id == application.id)
    is_listed = db.session.scalar(query) is not None
    try:
        application_to_decide(person, application.id)
    except NotFound:
        assert not is_listed
        return False
    assert is_listed
    return True


@pytest.mark.parametrize(
    ("rule", "unit_may", "base_may"),
    [("base", False, True), ("unit", True, False), ("either", True, True)],
)
def test_who_decides_is_for_the_policy_to_say(
    failed, manager, base_manager, decided_by, rule, unit_may, base_may
):
    decided_by(rule)
    application = _apply(failed)
    assert (_may_decide(manager, application), _may_decide(base_manager, application)) == (
        unit_may,
        base_may,
    )
    decider = manager if unit_may else base_manager
    assert _decide(decider, application, approve=True).decided_by_id == decider.id


def test_where_the_unit_decides_the_base_does_for_whoever_has_none(
    failed, base_manager, decided_by
):
    decided_by("unit")
    failed.person.unit = None
    db.session.commit()
    assert _may_decide(base_manager, _apply(failed))


def test_where_the_unit_decides_the_base_does_for_the_units_own_manager(
    failed, unit, base_manager, decided_by
):
    decided_by("unit")
    PostFactory(organization=unit, role=Role.UNIT_MANAGER, person=failed.person)
    application = _apply(failed)
    assert deciders(failed, application.rule) == [unit, failed.course.base]
    assert _decide(base_manager, application, approve=True).decided_by_id == base_manager.id


def test_an_application_keeps_the_rule_it_was_made_under(failed, manager, decided_by):
    decided_by("unit")
    application = _apply(failed)
    decided_by("base")
    assert _may_decide(manager, application)


def test_where_the_policy_approves_a_new_cycle_begins_at_once(failed, decided_by):
    decided_by("automatic")
    application = _apply(failed)
    fresh = latest_cycle(failed.person, failed.course)
    assert (application.state, application.new_cycle_id) == (RestudyState.APPROVED, fresh.id)
    assert (application.reason, application.decided_by_id) == (REASON, None)
    assert application.decided_at is not None
    tags = {event.tag: event.actor_id for event in db.session.scalars(select(AuditEvent))}
    assert tags[AuditTag.EXAMS_RESTUDY_APPLY.value] == failed.person_id
    assert tags[AuditTag.EXAMS_RESTUDY_APPROVE.value] is None
    assert tags[AuditTag.ENROLLMENTS_CYCLE_START.value] is None


def test_what_the_policy_cannot_begin_leaves_no_application(failed, decided_by):
    decided_by("automatic")
    failed.course.state = CourseState.WITHDRAWN
    db.session.commit()
    with pytest.raises(Conflict):
        _apply(failed)
    assert application_of(failed.id) is None


def test_applying_twice_at_once_begins_one_cycle(app, failed, decided_by):
    decided_by("automatic")
    barrier, cycle_id = threading.Barrier(2), failed.id

    def apply() -> bool:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    own = db.session.get_one(Cycle, cycle_id)
                    apply_for_restudy(own.person, own, REASON)
            except Conflict:
                return False
            finally:
                db.session.remove()
            return True

    assert sorted(at_once([apply] * 2)) == [False, True]
    assert latest_cycle(failed.person, failed.course).number == 2


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("base", "由{base}审批"),
        ("unit", "由{unit}审批"),
        ("either", "由您的单位（{unit}）或开课基地（{base}）审批"),
        ("automatic", "提交后自动同意"),
    ],
)
def test_the_learner_is_told_who_decides(client, failed, unit, decided_by, rule, told):
    decided_by(rule)
    names = {"base": failed.course.base.name, "unit": unit.name}
    visitor = sign_in(client, failed.person)
    page = visitor.get(f"/learn/{failed.id}/restudy").get_data(as_text=True)
    assert told.format(**names) in page


def test_a_waiting_application_shows_on_the_page_of_the_study(client, failed):
    _apply(failed)
    page = sign_in(client, failed.person).get(f"/learn/{failed.id}").get_data(as_text=True)
    assert 'data-state="pending"' in page


def test_all_studies_stay_visible_to_learner_and_to_whoever_decides(client, failed, manager):
    _decide(manager, _apply(failed), approve=True)
    fresh = latest_cycle(failed.person, failed.course)
    fresh_id, old_id = fresh.id, failed.id
    db.session.add(WatchedCourse(cycle_id=fresh_id))
    db.session.commit()
    sit(fresh, right=False)
    visitor = sign_in(client, failed.person)
    for path in (f"/learn/{fresh_id}", f"/learn/{fresh_id}/exam", f"/learn/{fresh_id}/restudy"):
        page = visitor.get(path).get_data(as_text=True)
        assert f'href="/learn/{old_id}"' in page
        assert page.count("不合格") >= 3
    page = sign_in(client, manager).get("/manage/restudy").get_data(as_text=True)
    assert page.count("得分率 0%") == 3
    assert (REASON in page, manager.name in page) == (True, True)
