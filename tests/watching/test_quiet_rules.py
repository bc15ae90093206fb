"""Where pop-ups may stand, whatever a trainer forbids."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.watching.quiet.rules import merged, places_needed, places_of, read_instant, write_instant
from lms.watching.rules import draw_gates, wanted_popups

pytestmark = pytest.mark.no_database

WINDOW = 30


@st.composite
def films(draw):
    """Windows, length in milliseconds, and stretches within the film."""
    windows = draw(st.integers(1, 200))
    rest_ms = draw(st.integers(1, WINDOW * 1000))
    duration_ms = (windows - 1) * WINDOW * 1000 + rest_ms
    last = -(-duration_ms // 1000)
    instants = st.integers(0, last)
    pairs = st.tuples(instants, instants).filter(lambda pair: pair[0] < pair[1])
    return windows, duration_ms, draw(st.lists(pairs, max_size=8))


@given(films(), st.integers(30, 1200))
def test_no_popup_falls_into_a_quiet_stretch(film, every):
    windows, duration_ms, stretches = film
    places = places_of(windows, WINDOW, merged(stretches))
    for gate in draw_gates(places, wanted_popups(duration_ms, every)):
        at_ms = min(gate * WINDOW * 1000, duration_ms)
        inside = [1 for start, end in stretches if start * 1000 < at_ms < end * 1000]
        # The end of the film comes after every stretch, also after one rounded up to a second.
        assert not inside or gate == windows


@given(films(), st.integers(30, 1200))
def test_popups_stand_one_in_each_even_part_of_what_is_left(film, every):
    windows, duration_ms, stretches = film
    places = places_of(windows, WINDOW, stretches)
    wanted = wanted_popups(duration_ms, every)
    gates = draw_gates(places, wanted)
    count = min(wanted, len(places))
    assert len(gates) == count >= 1
    assert all(before < after for before, after in itertools.pairwise(gates))
    for part, gate in enumerate(gates):
        within = places[part * len(places) // count : (part + 1) * len(places) // count]
        assert gate in within


@given(films(), st.integers(30, 1200))
def test_what_may_be_saved_leaves_every_popup_a_choice(film, every):
    windows, duration_ms, stretches = film
    places = places_of(windows, WINDOW, stretches)
    wanted = wanted_popups(duration_ms, every)
    if len(places) < places_needed(windows, duration_ms, every):
        return
    parts = [part * len(places) // wanted for part in range(wanted + 1)]
    if 2 * wanted <= windows:
        assert min(end - start for start, end in itertools.pairwise(parts)) >= 2


@given(films())
def test_nothing_forbidden_leaves_every_place(film):
    windows, duration_ms, _stretches = film
    assert places_of(windows, WINDOW) == list(range(1, windows + 1))
    assert places_needed(windows, duration_ms, 360) <= windows


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60)), max_size=10))
def test_merging_keeps_exactly_the_same_time(pairs):
    stretches = [(start, start + length) for start, length in pairs]
    kept = merged(stretches)
    assert {s for start, end in kept for s in range(start, end)} == {
        s for start, end in stretches for s in range(start, end)
    }
    assert all(first[1] < second[0] for first, second in itertools.pairwise(kept))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("05:30", 330),
        (" 5:30 ", 330),
        ("75：00", 4500),
        ("1:15:00", 4500),
        ("0:00", 0),
        ("", None),
        ("5", None),
        ("5:60", None),
        ("1:60:00", None),
        ("5:30:", None),
        ("-1:00", None),
        ("٥:٣٠", None),
        ("5.5", None),
    ],
)
def test_an_instant_is_read_as_minutes_and_seconds(text, seconds):
    assert read_instant(text) == seconds


@given(st.integers(0, 20_000))
def test_an_instant_is_read_as_it_is_written(seconds):
    assert read_instant(write_instant(seconds)) == seconds
