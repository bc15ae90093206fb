"""A base whose manager mends keys, and learners who sat papers of three known questions."""

import pytest
from sqlalchemy import select

from lms.certificates.models import Certificate
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.exams import operations as exam_operations
from lms.exams.models import Attempt
from lms.exams.regrade import operations, queries
from lms.exams.regrade.tasks import run_regrade
from lms.hours.models import Credit
from lms.questions.mending import Key
from lms.questions.models import Counting, Question
from lms.watching.models import WatchedCourse
from tests.exams.conftest import submit
from tests.factories import CourseFactory, CycleFactory, PersonFactory, PostFactory, QuestionFactory
from tests.factories.exams import ExamSettingsFactory


@pytest.fixture
def course(app):
    """Three single choice questions of ten points, all on every paper; pass mark 60 %."""
    course = CourseFactory()
    QuestionFactory.create_batch(3, course=course, topic="年度要求")
    ExamSettingsFactory(course_id=course.id)
    return course


@pytest.fixture
def manager(course):
    return PostFactory(organization=course.base, role=Role.BASE_MANAGER).person


@pytest.fixture
def questions(course):
    """The questions by their place: the key of each is its first option."""
    return list(db.session.scalars(select(Question).order_by(Question.id)))


def begin(course, **facts):
    """A learner ready to sit the exam."""
    cycle = CycleFactory(course=course, person=PersonFactory(**facts))
    return watched(cycle)


def watched(cycle):
    db.session.add(WatchedCourse(cycle_id=cycle.id))
    db.session.commit()
    return cycle


def sit(cycle, *chosen):
    """An attempt in which the questions, by their place, are answered by these own indexes."""
    attempt = open_paper(cycle, *chosen)
    return submit(attempt)


def open_paper(cycle, *chosen):
    with transaction():
        attempt = exam_operations.open_attempt(cycle.person, cycle)
        items = sorted(attempt.items, key=lambda item: item.question_id)
        for item, own in zip(items, chosen, strict=True):
            place = item.option_order.index(own)
            exam_operations.save_answer(attempt, item.position, [place], 1)
    return attempt


def key(*answer):
    return Key(Counting.KEY, list(answer))


EVERYBODY = Key(Counting.EVERYBODY, [0])
VOID = Key(Counting.VOID, [0])


def start_regrade(manager, question, wanted, **more):
    """Begin a regrade as after its preview, and leave the papers to a worker."""
    number = more.pop("number", None) or queries.next_number(question.id)
    with transaction():
        found = db.session.get_one(Question, question.id)
        return operations.begin_regrade(
            manager, found, wanted, "经专家核实，原答案有误。", number=number, **more
        )


def regrade(manager, question, wanted, **more):
    """A whole regrade: begun, and carried out by a worker."""
    made = start_regrade(manager, question, wanted, **more)
    run_regrade.run(made.id)
    db.session.expire_all()
    return made


def certificates():
    return list(db.session.scalars(select(Certificate).order_by(Certificate.id)))


def credits():
    return list(db.session.scalars(select(Credit).order_by(Credit.id)))


def attempts(cycle):
    query = select(Attempt).where(Attempt.cycle_id == cycle.id).order_by(Attempt.number)
    return list(db.session.scalars(query))
