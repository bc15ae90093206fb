"""Reminders before a course closes, over days that pass and servers that are down."""

import datetime as dt

import pytest
from sqlalchemy import delete

from lms.catalog.models import Course
from lms.core.clock import SHANGHAI
from lms.core.db import db, transaction
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import complete_cycle
from lms.notices import closing
from lms.notices.models import ClosingRun, NoticeKind
from lms.notices.tasks import queue_due, remind_of_closing
from lms.notices.wording import words_of
from lms.organizations.models import OrganizationKind
from tests.factories import CourseFactory, CycleFactory, OrganizationFactory
from tests.factories.organizations import division
from tests.notices.support import notices, reachable

LAST_DAY = dt.date(2025, 7, 31)


def at(day: dt.date, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), SHANGHAI).astimezone(dt.UTC)


@pytest.fixture
def begun(app, clock, study_policy):
    """A cycle begun long before its course closes."""
    return CycleFactory(course=CourseFactory(closes_on=LAST_DAY), person=reachable())


def reminded():
    """The number of days that each reminder named, in the order they were written."""
    return [int(each.about.rpartition(":")[2]) for each in notices(NoticeKind.CLOSING)]


def run_each_day(clock, first, last, hour=9):
    for offset in range((last - first).days + 1):
        clock.set(at(first + dt.timedelta(days=offset), hour))
        remind_of_closing.run()
        remind_of_closing.run()


def test_one_is_reminded_thirty_seven_and_one_day_before_and_once_each(begun, clock):
    run_each_day(clock, LAST_DAY - dt.timedelta(days=40), LAST_DAY + dt.timedelta(days=3))
    assert reminded() == [30, 7, 1]
    days = [each.created_at.astimezone(SHANGHAI).date() for each in notices(NoticeKind.CLOSING)]
    assert [(LAST_DAY - day).days for day in days] == [30, 7, 1]


def test_nobody_is_reminded_before_eight_in_shanghai(begun, clock):
    day = LAST_DAY - dt.timedelta(days=7)
    clock.set(at(day, 7))
    remind_of_closing.run()
    assert reminded() == []
    clock.set(at(day, 8))
    remind_of_closing.run()
    assert reminded() == [7]


def test_a_server_that_was_down_on_the_day_reminds_when_it_is_back(begun, clock):
    clock.set(at(LAST_DAY - dt.timedelta(days=4), 23))
    remind_of_closing.run()
    assert reminded() == [7]
    assert "还有 4 天" in words_of(notices()[0]).title


def test_of_several_that_were_missed_the_nearest_alone_is_sent(begun, clock):
    clock.set(at(LAST_DAY))
    remind_of_closing.run()
    assert reminded() == [1]
    assert "今天截止" in words_of(notices()[0]).title
    clock.advance(days=1)
    remind_of_closing.run()
    assert reminded() == [1]


def test_a_closing_day_that_was_moved_is_told_anew(begun, clock):
    clock.set(at(LAST_DAY - dt.timedelta(days=7)))
    remind_of_closing.run()
    moved = LAST_DAY + dt.timedelta(days=20)
    with transaction():
        db.session.get_one(Course, begun.course_id).closes_on = moved
    clock.advance(days=1)
    remind_of_closing.run()
    run_each_day(clock, moved - dt.timedelta(days=8), moved)
    assert reminded() == [7, 30, 7, 1]
    assert len({each.about for each in notices()}) == 4


def test_a_day_of_policy_counts_like_the_courses_own(app, clock, study_policy):
    study_policy("371100-2025", "[study.public]\ncloses_on = 2025-06-09\n")
    division("371100")
    base = OrganizationFactory(kind=OrganizationKind.BASE, division_code="371100")
    begun = CycleFactory(course=CourseFactory(base=base, year=2025))
    begun.started_at = at(dt.date(2025, 6, 1))
    db.session.commit()
    clock.set(at(dt.date(2025, 6, 8)))
    remind_of_closing.run()
    assert reminded() == [1]


@pytest.mark.parametrize("state", [CycleState.COMPLETED, CycleState.FAILED, CycleState.WITHDRAWN])
def test_a_cycle_that_is_over_is_not_reminded(begun, clock, state):
    begun.state = state
    db.session.commit()
    clock.set(at(LAST_DAY - dt.timedelta(days=7)))
    remind_of_closing.run()
    assert reminded() == []


def test_who_began_after_the_day_of_a_reminder_waits_for_the_next(begun, clock):
    late = CycleFactory(course=begun.course)
    for cycle, days in ((begun, 8), (late, 7)):
        db.session.get_one(Cycle, cycle.id).started_at = at(LAST_DAY - dt.timedelta(days=days))
    db.session.commit()
    run_each_day(clock, LAST_DAY - dt.timedelta(days=6), LAST_DAY - dt.timedelta(days=1))
    told = [(each.facts["cycle_id"], each.about[-1]) for each in notices()]
    assert told == [(begun.id, "7"), (begun.id, "1"), (late.id, "1")]


def test_a_run_that_broke_off_goes_on_and_tells_nobody_twice(begun, clock, monkeypatch):
    for _number in range(4):
        CycleFactory(course=begun.course)
    monkeypatch.setattr(closing, "BATCH", 2)
    real, rounds = closing._remind_some, []

    def dies(course_id, after):
        rounds.append(after)
        if len(rounds) == 2:
            raise RuntimeError("killed")
        return real(course_id, after)

    monkeypatch.setattr(closing, "_remind_some", dies)
    clock.set(at(LAST_DAY - dt.timedelta(days=7)))
    with pytest.raises(RuntimeError):
        remind_of_closing.run()
    assert len(reminded()) == 2
    remind_of_closing.run()
    assert len(reminded()) == 5
    assert db.session.get(ClosingRun, clock.present.date()) is not None


def test_two_runs_of_a_day_write_nothing_twice(begun, clock):
    clock.set(at(LAST_DAY - dt.timedelta(days=7)))
    remind_of_closing.run()
    db.session.execute(delete(ClosingRun))
    db.session.commit()
    remind_of_closing.run()
    assert reminded() == [7]


def test_their_mails_are_queued_by_the_sweep_and_not_all_at_once(
    begun, clock, post, tasks, monkeypatch
):
    for number in range(3):
        CycleFactory(course=begun.course, person=reachable(email=f"{number}@example.org"))
    clock.set(at(LAST_DAY - dt.timedelta(days=7)))
    remind_of_closing.run()
    assert tasks.queued == []
    monkeypatch.setattr("lms.notices.tasks.SWEEP_SIZE", 3)
    queue_due.run()
    assert len(tasks.queued) == 3
    queue_due.run()
    tasks.run_all()
    assert len(post.mails) == 4


def test_who_has_finished_meanwhile_gets_no_mail(begun, clock, post, tasks):
    clock.set(at(LAST_DAY - dt.timedelta(days=7)))
    remind_of_closing.run()
    with transaction():
        complete_cycle(db.session.get_one(Cycle, begun.id))
    tasks.queued.clear()
    queue_due.run()
    tasks.run_all()
    assert [subject for _to, subject, _text in post.mails if "截止" in subject] == []


def test_a_mail_that_is_late_counts_the_days_anew(begun, clock, post, tasks):
    clock.set(at(LAST_DAY - dt.timedelta(days=7)))
    remind_of_closing.run()
    clock.advance(days=2)
    queue_due.run()
    tasks.run_all()
    assert "还有 5 天" in post.mails[0][1]
