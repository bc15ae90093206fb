"""The pages on which a course is submitted and judged."""

import pytest

from lms.catalog.models import CourseState
from lms.catalog.version_models import VersionState
from lms.core.db import db
from tests.factories import CourseFactory, LessonFactory
from tests.factories.catalog import version_as_it_is
from tests.support import sign_in

pytestmark = pytest.mark.usefixtures("no_checks")
OVERVIEW = "/manage/courses/draft"


@pytest.fixture
def draft(base, trainer):
    course = CourseFactory(
        base=base, created_by=trainer, slug="draft", state=CourseState.DRAFT, published_at=None
    )
    LessonFactory(course=course, title="第一讲")
    return course


@pytest.fixture
def desks(app, trainer, manager, officer):
    """A browser for each of them."""
    people = {"trainer": trainer, "manager": manager, "officer": officer}
    return {name: sign_in(app.test_client(), person) for name, person in people.items()}


def submitted(desks, course):
    desks["trainer"].post(f"{OVERVIEW}/submit", data={"remark": "请审核"})
    db.session.expire_all()
    return course.review


def decide(desk, version, decision, remark=""):
    return desk.post(f"/manage/reviews/{version.id}", data={"decision": decision, "remark": remark})


def test_course_goes_through_every_desk_to_its_learners(desks, draft, client):
    version = submitted(desks, draft)
    assert "待基地审核" in desks["trainer"].get(OVERVIEW).text
    for name in ("manager", "officer"):
        listed = desks[name].get("/manage/reviews").text
        assert f"/manage/reviews/{version.id}" in listed
        page = desks[name].get(f"/manage/reviews/{version.id}").text
        assert "第一讲" in page
        assert "请审核" in page
        assert decide(desks[name], version, "approve").location == "/manage/reviews"
    assert client.get("/courses/draft").status_code == 404
    desks["trainer"].post(f"{OVERVIEW}/publish")
    assert "第一讲" in client.get("/courses/draft").text


def test_navigation_counts_what_waits(desks, draft):
    waiting = "项待办"
    assert waiting not in desks["manager"].get("/manage/reviews").text
    submitted(desks, draft)
    assert waiting in desks["manager"].get("/manage/reviews").text
    assert waiting not in desks["officer"].get("/manage/reviews").text


def test_return_without_a_reason_is_answered_at_its_field(desks, draft):
    version = submitted(desks, draft)
    answer = decide(desks["manager"], version, "return")
    assert answer.status_code == 422
    assert 'id="remark-error"' in answer.text
    assert "退回时请写明" in answer.text


def test_trainer_reads_why_it_came_back_and_submits_again(desks, draft):
    version = submitted(desks, draft)
    decide(desks["manager"], version, "return", "请补充课程简介")
    page = desks["trainer"].get(OVERVIEW).text
    assert "请补充课程简介" in page
    assert "提交审核" in page
    assert submitted(desks, draft).number == 2


def test_unknown_decision_is_refused(desks, draft):
    version = submitted(desks, draft)
    assert decide(desks["manager"], version, "burn").status_code == 422
    db.session.refresh(version)
    assert version.state is VersionState.SUBMITTED


def test_officer_sees_nothing_before_the_base_has_let_it_through(desks, draft):
    version = submitted(desks, draft)
    assert desks["officer"].get(f"/manage/reviews/{version.id}").status_code == 404
    assert desks["officer"].get("/courses/draft").status_code == 404


def test_officer_sees_the_draft_while_they_judge_it(desks, draft):
    version = submitted(desks, draft)
    decide(desks["manager"], version, "approve")
    assert desks["officer"].get("/courses/draft").status_code == 200
    decide(desks["officer"], version, "return", "不是公需科目")
    assert desks["officer"].get("/courses/draft").status_code == 404


def test_trainer_sees_what_is_not_published_yet_and_learners_do_not(desks, draft, client):
    draft.state = CourseState.PUBLISHED
    db.session.commit()
    version_as_it_is(draft)
    assert "内容与已发布的版本一致" in desks["trainer"].get(OVERVIEW).text
    lesson = draft.lessons[0]
    desks["trainer"].post(
        f"{OVERVIEW}/lessons/{lesson.id}", data={f"lesson-{lesson.id}-title": "改过的第一讲"}
    )
    assert "课时改名：第一讲 → 改过的第一讲" in desks["trainer"].get(OVERVIEW).text
    assert "改过的第一讲" not in client.get("/courses/draft").text
    # Only staff may look at the draft by its address.
    assert "改过的第一讲" not in client.get("/courses/draft?draft=yes").text
    assert "改过的第一讲" in desks["trainer"].get("/courses/draft?draft=yes").text


def test_review_of_a_later_version_tells_what_it_changes(desks, draft):
    draft.state = CourseState.PUBLISHED
    db.session.commit()
    version_as_it_is(draft)
    draft.title = "新的课程名称"
    db.session.commit()
    version = submitted(desks, draft)
    page = desks["manager"].get(f"/manage/reviews/{version.id}").text
    assert "与第 1 版相比" in page
    assert "→ 新的课程名称" in page


def test_overview_tells_what_was_changed_after_submission(desks, draft):
    submitted(desks, draft)
    draft.title = "送审以后改的"
    db.session.commit()
    page = desks["trainer"].get(OVERVIEW).text
    assert "不在送审的版本里" in page
    assert "→ 送审以后改的" in page


def test_too_long_a_remark_is_refused_and_changes_nothing(desks, draft):
    answer = desks["trainer"].post(
        f"{OVERVIEW}/submit", data={"remark": "很" * 501}, follow_redirects=True
    )
    assert "不能超过 500 个字" in answer.text
    db.session.expire_all()
    assert draft.review is None
