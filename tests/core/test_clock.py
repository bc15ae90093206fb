import datetime as dt

from lms.core import clock as core_clock


def test_a_day_ends_at_midnight_in_shanghai():
    end = core_clock.end_of_day(dt.date(2024, 8, 31))
    assert end == dt.datetime(2024, 8, 31, 16, 0, tzinfo=dt.UTC)


def test_today_is_the_day_in_shanghai(clock):
    clock.set(dt.datetime(2024, 12, 31, 16, 30, tzinfo=dt.UTC))
    assert core_clock.today() == dt.date(2025, 1, 1)
