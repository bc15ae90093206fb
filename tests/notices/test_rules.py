"""When a reminder is due, and how long to wait: numbers and dates."""

import datetime as dt

import pytest

from lms.notices.rules import LONGEST_WAIT, begun_before, reminder_due, wait_after

LAST_DAY = dt.date(2025, 7, 31)


@pytest.mark.parametrize(
    ("days_left", "due"),
    [(31, None), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)],
)
def test_the_nearest_reminder_is_due_until_the_next_one_is(days_left, due):
    assert reminder_due(LAST_DAY, LAST_DAY - dt.timedelta(days=days_left)) == due


def test_who_begins_on_the_day_of_a_reminder_has_not_missed_it():
    assert begun_before(LAST_DAY, 7) == dt.date(2025, 7, 24)


def test_waits_double_up_to_the_longest():
    waits = [wait_after(attempts) for attempts in (1, 2, 3, 8, 9, 1000)]
    assert [wait.total_seconds() // 60 for wait in waits] == [1, 2, 4, 120, 120, 120]
    assert waits[-1] == LONGEST_WAIT
