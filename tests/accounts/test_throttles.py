"""Waits after wrong tries: how they grow, that they are exact, and that they are forgotten."""

import datetime as dt
from functools import partial

import pytest

from lms.accounts.session_models import SignInThrottle
from lms.accounts.tasks import sweep_sign_ins
from lms.accounts.throttles import PASSWORD_PACE, Pace, give_back, take_try
from lms.core.db import db, transaction
from tests.security.support import at_once, count

ONE_FREE = Pace(1, dt.timedelta(minutes=1), dt.timedelta(minutes=4), dt.timedelta(hours=1))


def take(*keys, pace=PASSWORD_PACE):
    with transaction():
        return take_try(keys, pace)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (9, 480), (10, 900), (99, 900)]
)
def test_waits_double_up_to_a_quarter_of_an_hour(failures, seconds):
    assert PASSWORD_PACE.wait_after(failures).total_seconds() == seconds


def test_free_tries_are_free_and_the_next_waits(app, clock):
    assert [take("a").wait_seconds for _ in range(5)] == [0, 0, 0, 0, 30]
    refused = take("a")
    assert (refused.is_admitted, refused.wait_seconds) == (False, 30)
    clock.advance(30)
    assert (take("a").is_admitted, take("a").wait_seconds) == (True, 60)


def test_a_try_in_a_wait_prolongs_nothing(app, clock):
    take("a", pace=ONE_FREE)
    clock.advance(59)
    assert take("a", pace=ONE_FREE).wait_seconds == 1
    clock.advance(1)
    assert take("a", pace=ONE_FREE).is_admitted


def test_any_of_the_keys_makes_all_wait(app, clock):
    take("a", pace=ONE_FREE)
    assert not take("b", "a", pace=ONE_FREE).is_admitted
    # What was refused was not counted on the other.
    assert take("b", pace=ONE_FREE).wait_seconds == 60


def test_a_right_try_is_given_back_and_others_waits_stay(app, clock):
    right = take("a", pace=ONE_FREE)
    with transaction():
        give_back(right)
    assert take("a", pace=ONE_FREE).is_admitted
    for _ in range(4):
        early = take("b")
    take("b")
    with transaction():
        give_back(early)
    assert not take("b").is_admitted


def test_quiet_tries_are_forgotten_and_swept(app, clock):
    for _ in range(5):
        take("a")
    clock.advance(hours=3)
    assert take("a").wait_seconds == 0
    clock.advance(hours=3, seconds=1)
    sweep_sign_ins.run()
    assert count(SignInThrottle) == 0


def test_tries_at_once_are_counted_one_by_one(app):
    def guess():
        with app.app_context():
            return take("a", "b")

    tries = at_once([guess] * 20)
    assert sum(each.is_admitted for each in tries) == 5
    assert {row.failures for row in db.session.query(SignInThrottle)} == {5}


def test_crossing_keys_wait_for_each_other_without_a_deadlock(app):
    def guess(*keys):
        with app.app_context():
            return take(*keys)

    orders = [("a", "b", "c"), ("c", "b", "a"), ("b", "a"), ("c", "a")]
    tries = at_once([partial(guess, *keys) for keys in orders * 4])
    assert sum(each.is_admitted for each in tries) == 5
