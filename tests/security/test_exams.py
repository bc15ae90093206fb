"""Two attempts, after all lessons, marked once: whatever is clicked, sent or raced."""

from functools import partial

import pytest

from lms.certificates.models import Certificate
from lms.core.db import db, transaction
from lms.enrollments.models import Cycle, CycleState
from lms.exams.models import Attempt, AttemptState
from lms.hours.models import Credit, Delivery
from lms.watching.models import WatchedCourse
from tests.factories import (
    CourseFactory,
    CycleFactory,
    LessonFactory,
    PersonFactory,
    QuestionFactory,
)
from tests.factories.exams import ExamSettingsFactory
from tests.security.support import at_once, count
from tests.support import sign_in


@pytest.fixture
def cycle(app, clock) -> Cycle:
    """A cycle before the exam: three questions whose right option is "90"."""
    course = CourseFactory()
    LessonFactory(course=course)
    QuestionFactory.create_batch(8, course=course)
    ExamSettingsFactory(course_id=course.id)
    return CycleFactory(course=course)


def watched(cycle: Cycle) -> Cycle:
    with transaction():
        db.session.add(WatchedCourse(cycle_id=cycle.id))
    return cycle


def open_paper(client, cycle: Cycle) -> Attempt | None:
    """Open a paper over HTTP; the running attempt, if that was allowed."""
    assert client.post(f"/learn/{cycle.id}/exam").status_code == 302
    query = db.session.query(Attempt).filter_by(cycle_id=cycle.id, state=AttemptState.RUNNING)
    return query.one_or_none()


def answer_all(client, attempt: Attempt, text: str = "90") -> None:
    for item in attempt.items:
        shown = [item.question.options[own] for own in item.option_order]
        address = f"/exams/{attempt.id}/answers/{item.position}"
        body = {"chosen": [shown.index(text)], "serial": 1}
        assert client.put(address, json=body).status_code == 204


def submit(client, attempt: Attempt) -> int:
    return client.post(f"/exams/{attempt.id}/submit").status_code


def test_no_exam_before_all_lessons_are_watched(client, cycle):
    sign_in(client, cycle.person)
    assert open_paper(client, cycle) is None
    assert count(Attempt) == 0
    assert open_paper(client, watched(cycle)) is not None


def test_no_third_attempt(client, cycle):
    sign_in(client, watched(cycle).person)
    for _ in range(2):
        attempt = open_paper(client, cycle)
        assert attempt is not None
        assert submit(client, attempt) == 302
    assert open_paper(client, cycle) is None
    assert count(Attempt) == 2
    assert db.session.get_one(Cycle, cycle.id).state is CycleState.FAILED


def test_no_third_attempt_by_racing(app, cycle):
    clients = [sign_in(app.test_client(), watched(cycle).person)]
    clients += [sign_in(app.test_client(), cycle.person) for _ in range(5)]
    address = f"/learn/{cycle.id}/exam"
    for _ in range(3):
        at_once([partial(client.post, address) for client in clients])
        for attempt in db.session.query(Attempt).filter_by(state=AttemptState.RUNNING).all():
            submit(clients[0], attempt)
    numbers = sorted(attempt.number for attempt in db.session.query(Attempt).all())
    assert numbers == [1, 2]


def test_submissions_at_once_make_one_certificate(app, cycle):
    client = sign_in(app.test_client(), watched(cycle).person)
    attempt = open_paper(client, cycle)
    answer_all(client, attempt)
    clients = [sign_in(app.test_client(), cycle.person) for _ in range(6)]
    address = f"/exams/{attempt.id}/submit"
    answers = at_once([partial(one.post, address) for one in clients])
    assert [answer.status_code for answer in answers] == [302] * 6
    assert (count(Certificate), count(Credit), count(Delivery)) == (1, 1, 1)
    assert db.session.get_one(Cycle, cycle.id).state is CycleState.COMPLETED


def test_no_mark_is_taken_from_the_form(client, cycle):
    sign_in(client, watched(cycle).person)
    attempt = open_paper(client, cycle)
    claims = {"points": "30", "state": "passed", "passed": "1", "score": "100"}
    client.post(f"/exams/{attempt.id}/submit", data=claims)
    db.session.expire_all()
    assert (attempt.points, attempt.state) == (0, AttemptState.FAILED)
    assert count(Certificate) == 0


def test_nothing_is_answered_after_the_deadline(client, clock, cycle):
    sign_in(client, watched(cycle).person)
    attempt = open_paper(client, cycle)
    clock.advance(minutes=30, seconds=6)
    body = {"chosen": [0], "serial": 1, "answered_at": "2025-06-02T04:00:00Z"}
    assert client.put(f"/exams/{attempt.id}/answers/1", json=body).status_code == 409
    assert submit(client, attempt) == 302
    db.session.expire_all()
    assert attempt.state is AttemptState.FAILED


def test_nothing_is_answered_after_submission(client, cycle):
    sign_in(client, watched(cycle).person)
    attempt = open_paper(client, cycle)
    submit(client, attempt)
    body = {"chosen": [0], "serial": 2}
    assert client.put(f"/exams/{attempt.id}/answers/1", json=body).status_code == 409
    answered = [item.chosen for item in db.session.get_one(Attempt, attempt.id).items]
    assert answered == [[], [], []]


@pytest.mark.parametrize(
    "body",
    [
        {"chosen": [0, 0, 0], "serial": 1},
        {"chosen": [9], "serial": 1},
        {"chosen": [-1], "serial": 1},
        {"chosen": "0", "serial": 1},
        {"chosen": [True], "serial": 1},
        {"chosen": [0], "serial": "1"},
        {"chosen": [0]},
        [],
        None,
    ],
)
def test_an_answer_that_is_none_is_refused(client, cycle, body):
    sign_in(client, watched(cycle).person)
    attempt = open_paper(client, cycle)
    answer = client.put(f"/exams/{attempt.id}/answers/1", json=body)
    assert answer.status_code == 422
    assert db.session.get_one(Attempt, attempt.id).items[0].chosen == []


def test_nobody_touches_the_paper_of_another(app, client, cycle):
    sign_in(client, watched(cycle).person)
    attempt = open_paper(client, cycle)
    thief = sign_in(app.test_client(), PersonFactory())
    body = {"chosen": [0], "serial": 1}
    assert thief.get(f"/exams/{attempt.id}").status_code == 404
    assert thief.put(f"/exams/{attempt.id}/answers/1", json=body).status_code == 404
    assert thief.post(f"/exams/{attempt.id}/submit").status_code == 404
    assert thief.post(f"/learn/{cycle.id}/exam").status_code == 404
    assert db.session.get_one(Attempt, attempt.id).state is AttemptState.RUNNING
