import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.types import Hours, Instant, price_of


@pytest.mark.parametrize(("text", "tenths"), [("2.5", 25), ("30", 300), ("0.1", 1), (" 7.5 ", 75)])
def test_hours_are_read_to_the_tenth(text, tenths):
    assert Hours.parse(text) == Hours(tenths)


@pytest.mark.parametrize("text", ["2.55", "-1", "", "1e3", "一", "1,5", "1.", "٣"])
def test_anything_finer_than_a_tenth_is_no_hours(text):
    with pytest.raises(ValueError, match="not a number of hours"):
        Hours.parse(text)


@given(st.integers(0, 9_999_999))
def test_written_hours_read_back_the_same(tenths):
    assert Hours.parse(str(Hours(tenths))) == Hours(tenths)


def test_professional_course_of_seven_and_a_half_hours_costs_six_yuan():
    assert price_of(Hours.parse("7.5"), 80) == 600


def test_half_a_fen_is_rounded_up():
    assert price_of(Hours(1), 85) == 9


def test_naive_instant_is_refused(app):
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(dt.datetime(2025, 1, 1), None)  # noqa: DTZ001
