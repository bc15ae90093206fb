"""A watched course with an exam, ready to be sat."""

import pytest

from lms.core.db import db, transaction
from lms.exams import operations
from lms.exams.models import Attempt
from lms.watching.models import WatchedCourse
from tests.factories import CourseFactory, CycleFactory, QuestionFactory
from tests.factories.exams import ExamSettingsFactory


@pytest.fixture
def course(app):
    """Six single choice questions, three to a paper."""
    course = CourseFactory()
    QuestionFactory.create_batch(6, course=course, topic="年度要求", explanation="解析之句")
    ExamSettingsFactory(course_id=course.id)
    return course


@pytest.fixture
def cycle(course):
    """An active cycle whose lessons are all watched."""
    cycle = CycleFactory(course=course)
    db.session.add(WatchedCourse(cycle_id=cycle.id))
    db.session.commit()
    return cycle


def open_attempt(cycle):
    with transaction():
        return operations.open_attempt(cycle.person, cycle)


def answer_all(attempt, *, right):
    """Answer every question of the paper, all right or all wrong."""
    with transaction():
        attempt = db.session.get(Attempt, attempt.id)
        for item in attempt.items:
            places = range(len(item.option_order))
            wanted = [p for p in places if (item.option_order[p] in item.question.answer) is right]
            operations.save_answer(attempt, item.position, wanted[:1], 1)


def submit(attempt):
    with transaction():
        return operations.submit_attempt(db.session.get(Attempt, attempt.id))


def sit(cycle, *, right):
    """Open, answer and submit an attempt."""
    attempt = open_attempt(cycle)
    answer_all(attempt, right=right)
    return submit(attempt)
