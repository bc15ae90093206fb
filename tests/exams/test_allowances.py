"""Extra time for a person on record: who grants it, for how long, and what becomes of it."""

import datetime as dt

import pytest

from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.permissions import Role
from lms.exams.allowances.models import TimeAllowance
from lms.exams.allowances.operations import end_allowance, grant_allowance, merge_allowances
from lms.exams.allowances.queries import allowance_on
from lms.organizations.models import OrganizationKind
from tests.exams.conftest import open_attempt
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.support import sign_in

DAY = dt.timedelta(days=1)


@pytest.fixture
def unit(app):
    return OrganizationFactory(kind=OrganizationKind.UNIT)


@pytest.fixture
def person(cycle, unit):
    cycle.person.unit = unit
    db.session.commit()
    return cycle.person


@pytest.fixture
def manager(unit):
    return PostFactory(organization=unit, role=Role.UNIT_MANAGER).person


@pytest.fixture
def today(clock):
    return clock().date()


def grant(actor, person, starts_on, ends_on, *, percent=50, reason="残疾人证"):
    with transaction():
        return grant_allowance(actor, person.id, percent, reason, starts_on, ends_on)


def minutes_of(attempt):
    return (attempt.deadline_at - attempt.opened_at).total_seconds() / 60


def test_the_deadline_of_a_paper_opened_in_these_days_is_later(cycle, person, manager, today):
    grant(manager, person, today, today)
    assert minutes_of(open_attempt(cycle)) == 45


@pytest.mark.parametrize(("first", "last"), [(-2, -1), (1, 2)])
def test_other_days_have_the_usual_time(cycle, person, manager, today, clock, first, last):
    db.session.add(
        TimeAllowance(
            person_id=person.id,
            extra_percent=50,
            reason="残疾人证",
            starts_on=today + first * DAY,
            ends_on=today + last * DAY,
            granted_by_id=manager.id,
        )
    )
    db.session.commit()
    assert minutes_of(open_attempt(cycle)) == 30


def test_the_larger_of_two_holds_and_they_are_not_added(cycle, person, manager, today):
    for percent in (50, 100, 25):
        grant(manager, person, today, today, percent=percent)
    assert minutes_of(open_attempt(cycle)) == 60


def test_an_ended_one_holds_no_more_and_stays_on_record(cycle, person, manager, today):
    allowance = grant(manager, person, today, today)
    with transaction():
        end_allowance(manager, person.id, allowance.id)
    assert minutes_of(open_attempt(cycle)) == 30
    kept = db.session.get_one(TimeAllowance, allowance.id)
    assert (kept.ended_by_id, kept.reason) == (manager.id, "残疾人证")
    with pytest.raises(Conflict), transaction():
        end_allowance(manager, person.id, allowance.id)


def test_an_open_paper_keeps_its_deadline(cycle, person, manager, today):
    attempt = open_attempt(cycle)
    grant(manager, person, today, today)
    assert minutes_of(open_attempt(cycle)) == 30
    assert open_attempt(cycle).id == attempt.id


def test_nobody_grants_or_ends_their_own(unit, manager, today):
    other = PostFactory(organization=unit, role=Role.UNIT_MANAGER).person
    manager.unit = unit
    db.session.commit()
    with pytest.raises(NotAllowed), transaction():
        grant_allowance(manager, manager.id, 50, "残疾人证", today, today)
    allowance = grant(other, manager, today, today)
    with pytest.raises(NotAllowed), transaction():
        end_allowance(manager, manager.id, allowance.id)


@pytest.mark.parametrize(
    "role", [Role.UNIT_MANAGER, Role.BASE_MANAGER, Role.TRAINER, Role.BUREAU_AUDITOR]
)
def test_whoever_is_not_in_charge_of_the_person_finds_nobody(person, today, role):
    with pytest.raises(NotFound):
        grant(PostFactory(role=role).person, person, today, today)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"percent": 0}, "extra_percent"),
        ({"percent": 201}, "extra_percent"),
        ({"reason": " 病 "}, "reason"),
        ({"reason": "长" * 201}, "reason"),
    ],
)
def test_what_is_wrong_is_told_by_field(person, manager, today, changes, field):
    with pytest.raises(Invalid) as refused:
        grant(manager, person, today, today, **changes)
    assert refused.value.field == field


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-2, -1)])
def test_days_must_be_in_order_and_not_over(person, manager, today, first, last):
    with pytest.raises(Invalid) as refused:
        grant(manager, person, today + first * DAY, today + last * DAY)
    assert refused.value.field == "ends_on"


def test_deeds_are_on_record_without_the_reason(person, manager, today):
    allowance = grant(manager, person, today, today)
    with transaction():
        end_allowance(manager, person.id, allowance.id)
    tags = ("exams:allowance:grant", "exams:allowance:end")
    events = db.session.query(AuditEvent).filter(AuditEvent.tag.in_(tags)).all()
    assert [event.subject for event in events] == [f"person:{person.id}"] * 2
    assert all(event.actor_id == manager.id for event in events)
    assert "残疾" not in str([event.detail for event in events])


def test_a_merged_person_brings_theirs_along(person, manager, today):
    survivor = PersonFactory()
    grant(manager, person, today, today)
    with transaction():
        merge_allowances(survivor, person, manager)
    assert allowance_on(survivor.id, today) is not None
    assert allowance_on(person.id, today) is None


def test_unit_registers_and_ends_it_by_http_and_the_learner_is_told(
    app, cycle, person, manager, today
):
    staff = sign_in(app.test_client(), manager)
    learner = sign_in(app.test_client(), person)
    address = f"/manage/people/{person.id}"
    assert "没有登记" in staff.get(address).text
    form = {"extra_percent": 50, "reason": "残疾人证", "starts_on": today, "ends_on": today}
    wrong = staff.post(f"{address}/exam-time", data={**form, "ends_on": ""})
    assert wrong.status_code == 422
    assert "请填写截止日期" in wrong.text
    shown = staff.post(f"{address}/exam-time", data=form, follow_redirects=True).text
    assert "+50%" in shown
    assert "有效" in shown
    intro = learner.get(f"/learn/{cycle.id}/exam").text
    assert "打开试卷后共有 45 分钟" in intro
    assert "残疾人证" not in intro
    [allowance] = db.session.query(TimeAllowance)
    end = f"{address}/exam-time/{allowance.id}/end"
    assert "已终止" in staff.post(end, follow_redirects=True).text
    assert "为您延长" not in learner.get(f"/learn/{cycle.id}/exam").text


def test_own_page_offers_no_button(app, unit, manager):
    manager.unit = unit
    db.session.commit()
    page = sign_in(app.test_client(), manager).get(f"/manage/people/{manager.id}").text
    assert "考试延时" in page
    assert f"/manage/people/{manager.id}/exam-time" not in page
