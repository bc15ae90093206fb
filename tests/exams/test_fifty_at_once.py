"""Fifty requests at once: never more than is allowed, on either database."""

from collections import Counter

import pytest

from lms.certificates.models import Certificate
from lms.core.db import db, transaction
from lms.core.errors import DomainError
from lms.enrollments.models import Cycle, CycleState
from lms.enrollments.operations import complete_cycle
from lms.exams import operations
from lms.exams.models import Attempt, AttemptState
from lms.hours.models import Credit, Delivery
from tests.exams.conftest import answer_all, open_attempt, sit
from tests.security.support import at_once

FIFTY = 50


@pytest.fixture
def fifty(app):
    """Does the same fifty times at once; returns how often each outcome came."""

    def run(do):
        def attempt():
            with app.app_context():
                try:
                    with transaction():
                        return do()
                except DomainError as refusal:
                    return type(refusal).__name__

        outcomes = at_once([attempt] * FIFTY)
        db.session.rollback()
        return Counter(outcomes)

    return run


def counts(*models):
    return [db.session.query(model).count() for model in models]


def test_no_third_attempt(cycle, fifty):
    sit(cycle, right=False)
    sit(cycle, right=False)
    cycle_id, person = cycle.id, cycle.person_id

    def open_again():
        own = db.session.get_one(Cycle, cycle_id)
        assert own.person_id == person
        return operations.open_attempt(own.person, own).id

    assert fifty(open_again) == {"Conflict": FIFTY}
    assert counts(Attempt) == [2]


def test_the_second_attempt_is_opened_once(cycle, fifty):
    sit(cycle, right=False)
    cycle_id = cycle.id

    def open_second():
        own = db.session.get_one(Cycle, cycle_id)
        return operations.open_attempt(own.person, own).id

    (opened,) = fifty(open_second).items()
    assert opened[1] == FIFTY
    assert counts(Attempt) == [2]


def test_a_paper_is_marked_once_and_earns_once(cycle, fifty):
    attempt = open_attempt(cycle)
    answer_all(attempt, right=True)
    attempt_id = attempt.id

    def submit():
        return operations.submit_attempt(db.session.get_one(Attempt, attempt_id)).points

    assert fifty(submit) == {3000: FIFTY}
    assert db.session.get_one(Attempt, attempt_id).state is AttemptState.PASSED
    assert db.session.get_one(Cycle, cycle.id).state is CycleState.COMPLETED
    assert counts(Certificate, Credit, Delivery) == [1, 1, 1]


def test_a_cycle_is_completed_once(cycle, fifty):
    cycle_id = cycle.id

    def complete():
        complete_cycle(db.session.get_one(Cycle, cycle_id))
        return "completed"

    told = fifty(complete)
    assert told["completed"] == 1
    assert sum(told.values()) == FIFTY
    assert counts(Certificate, Credit, Delivery) == [1, 1, 1]
