"""Enrolling by a click, and the page 我的学习."""

import pytest
from sqlalchemy import func, select

from lms.catalog.models import CourseState
from lms.core.db import db
from lms.core.enums import HourCategory
from lms.enrollments.models import Cycle, CycleState
from tests.factories import CourseFactory, CycleFactory, PersonFactory
from tests.support import sign_in


@pytest.fixture
def person(app):
    return PersonFactory()


@pytest.fixture
def learner(client, person):
    """A client signed in as the person."""
    return sign_in(client, person)


def count_cycles() -> int:
    return db.session.scalar(select(func.count()).select_from(Cycle))


def test_click_enrols_and_leads_to_the_lessons(learner, person):
    course = CourseFactory()
    answer = learner.post(f"/courses/{course.slug}/enrol")
    cycle = db.session.scalars(select(Cycle)).one()
    assert answer.location == f"/learn/{cycle.id}"
    assert cycle.person_id == person.id


def test_double_click_enrols_once(learner):
    course = CourseFactory()
    answers = [learner.post(f"/courses/{course.slug}/enrol") for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert count_cycles() == 1


def test_guest_is_sent_to_sign_in_and_nothing_begins(client):
    course = CourseFactory()
    answer = client.post(f"/courses/{course.slug}/enrol", headers={"Accept": "text/html"})
    assert answer.location.startswith("/sign-in")
    assert count_cycles() == 0
    assert f"/sign-in?next=/courses/{course.slug}" in client.get(f"/courses/{course.slug}").text


def test_asking_by_get_begins_nothing(learner):
    course = CourseFactory()
    assert learner.get(f"/courses/{course.slug}/enrol").status_code == 405
    assert count_cycles() == 0


def test_what_may_not_be_begun_is_refused(learner):
    sold = CourseFactory(category=HourCategory.PROFESSIONAL)
    draft = CourseFactory(state=CourseState.DRAFT, published_at=None)
    withdrawn = CourseFactory(state=CourseState.WITHDRAWN)
    assert learner.post(f"/courses/{sold.slug}/enrol").status_code == 403
    assert learner.post(f"/courses/{draft.slug}/enrol").status_code == 404
    assert learner.post("/courses/none/enrol").status_code == 404
    answer = learner.post(f"/courses/{withdrawn.slug}/enrol", follow_redirects=True)
    assert "本课程已停止报名" in answer.text
    assert count_cycles() == 0


def action(client, course) -> str:
    page = client.get(f"/courses/{course.slug}").text
    return page.split('class="course-actions"')[1].split("course-gains")[0]


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (CycleState.ACTIVE, "继续学习"),
        (CycleState.COMPLETED, "已完成"),
        (CycleState.FAILED, "申请重新学习"),
    ],
)
def test_course_page_offers_what_comes_next(learner, person, state, text):
    course = CourseFactory()
    assert "免费报名" in action(learner, course)
    cycle = CycleFactory(person=person, course=course, state=state)
    assert text in action(learner, course)
    assert f"/learn/{cycle.id}" in action(learner, course)


def test_paid_course_offers_going_on_but_no_free_entry(learner, person):
    course = CourseFactory(category=HourCategory.PROFESSIONAL)
    assert "免费报名" not in action(learner, course)
    CycleFactory(person=person, course=course)
    assert "继续学习" in action(learner, course)


def test_closed_course_offers_no_entry(learner):
    assert "现在不能报名" in action(learner, CourseFactory(state=CourseState.WITHDRAWN))


def test_my_page_lists_ones_own_cycles_alone(learner, person):
    mine = CycleFactory(person=person, course=CourseFactory(title="我在学的课"))
    CycleFactory(course=CourseFactory(title="别人学的课"))
    page = learner.get("/me").text
    assert "我在学的课" in page
    assert f"/learn/{mine.id}" in page
    assert "别人学的课" not in page


def test_my_page_without_cycles_leads_to_the_catalogue(learner):
    page = learner.get("/me").text
    assert "还没有课程" in page
    assert 'href="/courses"' in page
