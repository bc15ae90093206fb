"""A learner goes on where they stopped, on any device; what a page says of it earns nothing."""

import pytest

from lms.watching.rules import resume_ms
from tests.watching.support import Page, make_study, watch


@pytest.fixture
def cycle(app):
    return make_study(8)


@pytest.fixture
def page(app, cycle, clock):
    """Five windows of the lesson are released."""
    opened = Page.of(app, cycle).set_gates()
    watch(opened, clock, range(5))
    return opened


def stop(page, at_ms):
    answer = page.post("position", {"at_ms": at_ms})
    assert answer.status_code == 200, answer.text
    return answer.json["kept"]


def again(app, cycle):
    """Another device of the same learner."""
    return Page.of(app, cycle).open()


@pytest.mark.parametrize(
    ("left_ms", "left_high_water", "high_water", "expected_ms"),
    [
        (None, None, 0, 0),
        (None, None, 5, 90_000),
        # Nothing was released since: it is the place.
        (12_345, 5, 5, 12_345),
        # Windows were: somebody watched those and told nothing.
        (12_345, 2, 5, 90_000),
        (100_000, 4, 5, 100_000),
        # Taken back since: what was left is locked.
        (140_000, 5, 2, 0),
    ],
)
def test_where_one_goes_on(left_ms, left_high_water, high_water, expected_ms):
    assert resume_ms(left_ms, left_high_water, high_water, 30_000) == expected_ms


def test_another_device_goes_on_where_this_one_stopped(app, cycle, page):
    assert stop(page, 12_345)
    other = again(app, cycle)
    assert other.facts["resume_ms"] == 12_345
    # A page knows by these whether its own memory is newer.
    assert other.facts["left_by"] == page.facts["lease"]
    assert other.facts["lease"] != page.facts["lease"]


def test_a_page_that_lost_the_lease_says_nothing_any_more(app, cycle, page):
    other = again(app, cycle)
    assert not stop(page, 12_345)
    assert stop(other, 20_000)
    assert again(app, cycle).facts["resume_ms"] == 20_000


@pytest.mark.parametrize("at_ms", [-1, 150_001, 10**12, "5", None, True, 1.5])
def test_what_is_no_moment_of_the_released_part_changes_nothing(app, cycle, page, at_ms):
    assert not stop(page, at_ms)
    assert again(app, cycle).facts["resume_ms"] == 90_000


def test_it_releases_and_finishes_nothing(app, cycle, page, clock):
    before = page.study_clock.high_water, page.study_clock.due_ms, page.progress.trail
    assert stop(page, 150_000)
    after = page.study_clock.high_water, page.study_clock.due_ms, page.progress.trail
    assert after == before
    assert page.key(7).status_code == 403
    assert page.post("finish").status_code == 409


def test_without_a_token_it_is_refused(page):
    page.token = ""
    assert page.post("position", {"at_ms": 0}).status_code == 403


def test_a_film_seen_to_its_end_begins_anew(app, cycle, page, clock):
    watch(page, clock, range(5, 8))
    assert stop(page, 239_000)
    assert page.post("finish").status_code == 200
    assert again(app, cycle).facts["resume_ms"] == 0
    assert stop(again(app, cycle), 60_000)
    assert again(app, cycle).facts["resume_ms"] == 60_000
