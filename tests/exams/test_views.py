import pytest

from lms.core.db import db
from lms.core.permissions import Role
from lms.exams import queries
from lms.exams.models import VersionExam
from tests.exams.conftest import answer_all, open_attempt, sit, submit
from tests.exams.test_question_usage import counted
from tests.factories import PersonFactory, PostFactory
from tests.support import sign_in

JSON = {"Accept": "application/json"}


@pytest.fixture
def learner(client, cycle):
    return sign_in(client, cycle.person)


def test_exam_is_opened_answered_and_submitted_by_http(learner, cycle):
    opened = learner.post(f"/learn/{cycle.id}/exam")
    address = opened.headers["Location"]
    assert learner.get(address).status_code == 200
    attempt = queries.attempts_of(cycle.id)[0]
    for item in attempt.items:
        place = item.option_order.index(0)
        body = {"chosen": [place], "serial": 1}
        assert learner.put(f"{address}/answers/{item.position}", json=body).status_code == 204
    learner.post(f"{address}/submit")
    assert "恭喜" in learner.get(address).text


def test_running_paper_holds_no_key_and_no_explanation(learner, cycle):
    page = learner.get(f"/exams/{open_attempt(cycle).id}").text
    assert "解析之句" not in page
    assert "answer" not in page.replace("data-answered", "").replace("exam-map", "").replace(
        "unanswered", ""
    )


def test_result_shows_no_key_while_an_attempt_is_left(learner, cycle):
    page = learner.get(f"/exams/{sit(cycle, right=False).id}").text
    assert "解析之句" not in page
    assert "正确答案" not in page


def test_result_shows_keys_once_they_help_nobody(learner, cycle):
    sit(cycle, right=False)
    page = learner.get(f"/exams/{sit(cycle, right=False).id}").text
    assert "解析之句" in page
    assert "正确答案" in page


@pytest.mark.parametrize(
    "body",
    [None, [], {"chosen": "0", "serial": 1}, {"chosen": [True], "serial": 1}, {"chosen": [0]}],
)
def test_malformed_answer_is_refused(learner, cycle, body):
    address = f"/exams/{open_attempt(cycle).id}/answers/1"
    assert learner.put(address, json=body, headers=JSON).status_code == 422


def test_late_answer_gets_a_conflict(learner, cycle, clock):
    attempt = open_attempt(cycle)
    clock.advance(minutes=31)
    body = {"chosen": [0], "serial": 1}
    answer = learner.put(f"/exams/{attempt.id}/answers/1", json=body, headers=JSON)
    assert answer.status_code == 409


def test_page_of_an_overdue_attempt_submits_it(learner, cycle, clock):
    attempt = open_attempt(cycle)
    answer_all(attempt, right=True)
    clock.advance(minutes=31)
    assert "恭喜" in learner.get(f"/exams/{attempt.id}", follow_redirects=True).text


def test_nobody_sees_or_touches_another_persons_attempt(app, cycle):
    attempt = open_attempt(cycle)
    other = sign_in(app.test_client(), PersonFactory())
    assert other.get(f"/exams/{attempt.id}").status_code == 404
    body = {"chosen": [0], "serial": 1}
    assert other.put(f"/exams/{attempt.id}/answers/1", json=body).status_code == 404
    assert other.post(f"/exams/{attempt.id}/submit").status_code == 404
    assert other.post(f"/learn/{cycle.id}/exam").status_code == 404


def test_trainer_of_another_base_may_not_set_the_exam(app, course):
    stranger = sign_in(app.test_client(), PostFactory(role=Role.TRAINER).person)
    assert stranger.get(f"/manage/courses/{course.slug}/exam").status_code in (403, 404)


def test_learner_applies_and_the_base_approves_by_http(app, learner, cycle):
    sit(cycle, right=False)
    submit(open_attempt(cycle))
    db.session.commit()
    reason = {"reason": "准备重新学习折算规则一讲。"}
    assert (
        "待审批"
        in learner.post(f"/learn/{cycle.id}/restudy", data=reason, follow_redirects=True).text
    )
    manager = PostFactory(organization=cycle.course.base, role=Role.BASE_MANAGER).person
    staff = sign_in(app.test_client(), manager)
    application = queries.application_of(cycle.id)
    assert cycle.person.name in staff.get("/manage/restudy").text
    staff.post(f"/manage/restudy/{application.id}", data={"decision": "approve"})
    assert "开始新的学习" in learner.get(f"/learn/{cycle.id}/restudy").text


def test_answer_older_than_another_tabs_is_answered_with_the_newer_one(learner, cycle, clock):
    address = f"/exams/{open_attempt(cycle).id}/answers/1"
    assert learner.put(address, json={"chosen": [1], "serial": 7}).status_code == 204
    clock.advance(seconds=12)
    older = learner.put(address, json={"chosen": [0], "serial": 2})
    assert older.status_code == 200
    assert older.json == {"serial": 7, "chosen": [1], "seconds_ago": 12}


def test_pages_ask_as_often_for_many_questions_as_for_few(learner, cycle):
    counts = []
    for questions in (3, 6):
        exam = db.session.get_one(VersionExam, cycle.version_id)
        exam.parts = [{"kind": "single", "difficulty": None, "count": questions, "points": 5}]
        db.session.commit()
        attempt = open_attempt(cycle)
        address = f"/exams/{attempt.id}"
        with counted() as paper:
            assert learner.get(address).text.count("data-position=") == questions
        submit(attempt)
        with counted() as result:
            learner.get(address)
        counts.append((len(paper), len(result)))
    (paper_of_three, result_of_three), (paper_of_six, result_of_six) = counts
    assert paper_of_six == paper_of_three
    # One more, as the last result asks whether the course shows keys.
    assert result_of_six <= result_of_three + 1
