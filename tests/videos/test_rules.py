"""How a length is cut into windows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.videos.rules import window_count, window_length_ms, window_of_segment


@pytest.mark.parametrize(
    ("seconds", "windows"),
    [
        (1, 1),
        (29.9, 1),
        (30, 1),
        (31, 1),
        (35.9, 1),
        (36, 2),
        (60, 2),
        (65, 2),
        (66, 3),
        (264.4, 9),
    ],
)
def test_a_rest_shorter_than_a_segment_makes_no_window(seconds: float, windows: int) -> None:
    assert window_count(round(seconds * 1000), 30, 6) == windows


@given(st.integers(1000, 10_000_000))
def test_windows_add_up_to_the_whole_length(duration_ms: int) -> None:
    count = window_count(duration_ms, 30, 6)
    lengths = [window_length_ms(n, count, duration_ms, 30) for n in range(count)]
    assert sum(lengths) == duration_ms
    assert all(length == 30_000 for length in lengths[:-1])
    assert 0 < lengths[-1] < 36_000


def test_segments_of_the_rest_belong_to_the_last_window() -> None:
    count = window_count(31_000, 30, 6)
    assert [window_of_segment(n, count, 30, 6) for n in range(6)] == [0, 0, 0, 0, 0, 0]
    assert [window_of_segment(n, 3, 12, 6) for n in range(6)] == [0, 0, 1, 1, 2, 2]
