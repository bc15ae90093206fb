import pytest

from lms.exams.rules import attempts_left, is_pass, minutes_with


@pytest.mark.parametrize(
    ("points", "total", "percent", "passed"),
    [
        (60, 100, 60, True),
        (59, 100, 60, False),
        (2, 3, 67, False),
        (2, 3, 66, True),
        (0, 7, 1, False),
    ],
)
def test_pass_mark_is_exact(points, total, percent, passed):
    assert is_pass(points, total, percent) is passed


def test_two_attempts_are_allowed():
    assert [attempts_left(used) for used in (0, 1, 2, 3)] == [2, 1, 0, 0]


@pytest.mark.parametrize(
    ("minutes", "percent", "with_extra"), [(60, 0, 60), (60, 25, 75), (45, 25, 57), (1, 1, 2)]
)
def test_extra_time_is_given_in_whole_minutes(minutes, percent, with_extra):
    assert minutes_with(minutes, percent) == with_extra
