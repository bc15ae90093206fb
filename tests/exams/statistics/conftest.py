"""Papers as they lie in the tables after the exam; how they are sat is tested elsewhere."""

import datetime as dt

import pytest

from lms.core import clock as clocks
from lms.core.db import db
from lms.core.permissions import Role
from lms.exams.models import Attempt, AttemptState, PaperItem
from tests.factories import CourseFactory, CycleFactory, PersonFactory, PostFactory, QuestionFactory
from tests.factories.base import made_at_once

# Seconds from one answer to the next, unless a test says otherwise.
PACE = 30


@pytest.fixture
def course(app):
    """Six single choice questions; the key of each is its first option."""
    course = CourseFactory()
    QuestionFactory.create_batch(6, course=course)
    return course


@pytest.fixture
def trainer(course):
    return PostFactory(organization=course.base, role=Role.TRAINER).person


@pytest.fixture
def manager(course):
    return PostFactory(organization=course.base, role=Role.BASE_MANAGER).person


def paper(course, questions, chosen, *, unit=None, opened=None, pace=PACE, name="王小明", number=1):
    """A paper that was handed in: for each question the own index that was chosen, or None."""
    opened = opened or clocks.now()
    cycle = CycleFactory(course=course, person=PersonFactory(name=name, unit=unit))
    right = [own == 0 for own in chosen]
    moments = [opened + dt.timedelta(seconds=pace * (n + 1)) for n in range(len(chosen))]
    attempt = Attempt(
        cycle_id=cycle.id,
        number=number,
        state=AttemptState.PASSED if sum(right) * 100 >= 60 * len(chosen) else AttemptState.FAILED,
        opened_at=opened,
        deadline_at=opened + dt.timedelta(hours=1),
        submitted_at=moments[-1] + dt.timedelta(seconds=1),
        pass_percent=60,
        total_points=1000 * len(chosen),
        points=1000 * sum(right),
        items=[
            PaperItem(
                position=n + 1,
                question_id=questions[n].id,
                option_order=[0, 1, 2, 3],
                points=1000,
                awarded=1000 * right[n],
                chosen=[] if chosen[n] is None else [chosen[n]],
                answered_at=None if chosen[n] is None else moments[n],
            )
            for n in range(len(chosen))
        ],
    )
    with made_at_once():
        db.session.add(attempt)
    return attempt


def many(course, questions, count=24, wrong=(1, 2, 3)):
    """Papers of learners without a unit who know more and more; these are their wrong answers."""
    for n in range(count):
        known = n % (len(questions) + 1)
        chosen = [
            0 if place < known else wrong[(n + place) % len(wrong)]
            for place in range(len(questions))
        ]
        paper(course, questions, chosen)
