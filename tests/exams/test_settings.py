"""A trainer sets how a course is examined, line by line."""

import pytest

from lms.catalog.version_models import CourseVersion
from lms.core.db import db, transaction
from lms.core.errors import Invalid
from lms.core.permissions import Role
from lms.exams import queries
from lms.exams.models import PartialCredit, VersionExam
from lms.exams.rules import ExamFacts, Part
from lms.exams.settings_operations import exam_problems, facts_of, freeze_exam, set_exam
from tests.exams.conftest import open_attempt, sit
from tests.factories import PostFactory, QuestionFactory
from tests.factories.organizations import division
from tests.support import sign_in


@pytest.fixture
def trainer(course):
    return PostFactory(organization=course.base, role=Role.TRAINER).person


@pytest.fixture
def page(client, trainer, course):
    """Send the form of the exam: lines as (section, kind, difficulty, topic, count, points)."""
    sign_in(client, trainer)
    names = ("section", "kind", "difficulty", "topic", "count", "points")

    def send(*lines, **more):
        form = {"pass_percent": 60, "minutes": 20, "partial_credit": "half", **more}
        for number, line in enumerate(lines):
            form |= {f"lines-{number}-{name}": v for name, v in zip(names, line, strict=True)}
        return client.post(f"/manage/courses/{course.slug}/exam", data=form, follow_redirects=True)

    return send


EMPTY = ("", "single", "", "", "", "")


def test_lines_are_saved_in_order_and_empty_ones_left_out(page, course):
    lines = [
        ("一、单选", "single", "2", "年度要求", "2", "10"),
        EMPTY,
        ("二、判断", "true_false", "", "", "1", "5"),
    ]
    sent = page(*lines, shuffles_options="y")
    assert sent.status_code == 200
    facts = facts_of(queries.exam_settings(course.id))
    assert facts == ExamFacts(
        (
            Part("single", 2, 10, 2, "年度要求", "一、单选"),
            Part("true_false", 1, 5, None, "", "二、判断"),
        ),
        60,
        20,
        PartialCredit.HALF,
        shuffles_questions=False,
        shuffles_options=True,
        shows_answers=False,
    )


def test_the_line_is_named_that_asks_for_more_than_the_bank_holds(page):
    sent = page(
        ("", "single", "", "年度要求", "4", "10"),
        ("", "ordering", "", "", "1", "5"),
        ("", "single", "2", "", "4", "10"),
    )
    assert "第 2 行（排序题）需要 1 道题，题库中只有 0 道" in sent.text
    assert "第 1、3 行合计需要 8 道题，题库中能用于这些行的只有 6 道" in sent.text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("", "single", "", "", "0", "5"), "请填写 1 到 200 的题数"),
        (("", "single", "", "", "很多", "5"), "请填写 1 到 200 的题数"),
        (("", "single", "", "折算", "", ""), "请填写 1 到 200 的题数"),
        (("", "single", "", "", "3", "101"), "请填写 1 到 100 的分值"),
        (("长" * 61, "single", "", "", "3", "1"), "大题标题不能超过 60 个字"),
    ],
)
def test_what_is_wrong_in_a_line_is_told_at_its_field_and_nothing_saved(
    page, course, line, message
):
    sent = page(EMPTY, line)
    assert sent.status_code == 422
    assert 'aria-invalid="true"' in sent.text
    assert message in sent.text
    assert queries.exam_settings(course.id).minutes == 30


@pytest.mark.parametrize("lines", [[], [EMPTY, EMPTY]])
def test_an_empty_blueprint_is_refused(page, course, lines):
    sent = page(*lines)
    assert sent.status_code == 422
    assert "请至少填写一行题目" in sent.text
    assert queries.exam_settings(course.id).minutes == 30


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("1-up", ["二", "一"]),
        ("0-down", ["二", "一"]),
        ("0-up", ["一", "二"]),
        ("0-remove", ["二"]),
    ],
)
def test_lines_move_and_go_without_script_and_nothing_is_saved(page, course, order, expected):
    lines = [(title, "single", "", "", "1", "5") for title in ("一", "二")]
    text = page(*lines, move=order).text
    shown = [title for title in text.split('value="') if title[0] in "一二"]
    assert [title[0] for title in shown] == expected
    assert queries.exam_settings(course.id).minutes == 30


@pytest.mark.parametrize("order", ["9-up", "x", "--", "-1-up"])
def test_a_move_of_no_line_changes_nothing(page, order):
    assert page(("一", "single", "", "", "1", "5"), move=order).status_code == 200


def test_page_offers_the_topics_of_the_bank_and_more_lines(client, page, trainer, course):
    QuestionFactory(course=course, topic="折算<规则>")
    address = f"/manage/courses/{course.slug}/exam"
    shown = client.get(address).text
    assert '<option value="折算&lt;规则&gt;">' in shown
    assert shown.count("data-blueprint-line>") == 4
    filled = [("一", "single", "", "", "1", "5")] * 4
    assert page(*filled, more_lines="1").text.count("data-blueprint-line>") == 7


def test_a_pass_mark_below_the_notice_is_refused_and_the_notice_named(page, course, study_policy):
    study_policy("371100-2024", "[exam]\npass_percent = 70\n")
    division("371102")
    course.base.division_code, course.year = "371102", 2025
    db.session.commit()
    sent = page(("", "single", "", "", "1", "5"), pass_percent=69)
    assert sent.status_code == 422
    assert "2024 年继续教育通知要求及格线不低于 70%" in sent.text
    assert page(("", "single", "", "", "1", "5"), pass_percent=70).status_code == 200
    assert queries.exam_settings(course.id).pass_percent == 70


def test_a_pass_mark_that_a_notice_overtook_is_a_problem_of_publishing(course, study_policy):
    study_policy("370000-2025", "[exam]\npass_percent = 80\n")
    division("371102")
    course.base.division_code, course.year = "371102", 2025
    [problem] = exam_problems(course)
    assert "80%" in problem


def test_a_blueprint_too_long_is_refused(course, trainer):
    for parts in ([Part("single", 1, 1)] * 41, [Part("single", 101, 1)] * 2):
        with pytest.raises(Invalid, match="最多"), transaction():
            set_exam(trainer, course, ExamFacts(tuple(parts)))


def _examined(cycle, **changes):
    """Give the version of a cycle another exam."""
    exam = db.session.get_one(VersionExam, cycle.version_id)
    for name, value in changes.items():
        setattr(exam, name, value)
    db.session.commit()


def test_version_keeps_every_setting(course):
    settings = queries.exam_settings(course.id)
    settings.partial_credit, settings.shows_answers = PartialCredit.PROPORTIONAL, False
    db.session.query(VersionExam).delete()
    version = db.session.get_one(CourseVersion, course.version.id)
    freeze_exam(version)
    db.session.commit()
    assert facts_of(queries.version_exam(version.id)) == facts_of(settings)


def test_paper_and_result_show_the_sections(client, cycle):
    parts = [
        Part("single", 1, 10, section="一、基础").kept(),
        Part("single", 2, 5, section="二、提高").kept(),
    ]
    _examined(cycle, parts=parts)
    learner = sign_in(client, cycle.person)
    paper = learner.get(f"/exams/{open_attempt(cycle).id}").text
    assert paper.index("一、基础") < paper.index("二、提高")
    assert "1 题，10 分" in paper
    assert "2 题，10 分" in paper
    result = learner.get(f"/exams/{sit(cycle, right=True).id}").text
    assert "2 题，得 10 / 10 分" in result


def test_a_course_may_keep_its_keys_to_itself(client, cycle):
    _examined(cycle, shows_answers=False)
    page = sign_in(client, cycle.person).get(f"/exams/{sit(cycle, right=True).id}").text
    assert "恭喜" in page
    assert "解析之句" not in page
    assert "正确答案" not in page


def test_options_stand_as_written_where_the_course_wants_it(cycle):
    _examined(cycle, shuffles_options=False)
    orders = {tuple(item.option_order) for item in open_attempt(cycle).items}
    assert all(list(order) == sorted(order) for order in orders)
