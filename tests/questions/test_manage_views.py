"""The trainer's question pages."""

import html
import re

import pytest
from sqlalchemy import select

from lms.core.db import db
from lms.core.permissions import Role
from lms.questions.models import Question, QuestionKind
from tests.factories import (
    CourseFactory,
    LessonFactory,
    PersonFactory,
    PostFactory,
    QuestionFactory,
)
from tests.support import sign_in


@pytest.fixture
def desk(client, trainer):
    """A client signed in as the trainer."""
    return sign_in(client, trainer)


@pytest.fixture
def home(course):
    return f"/manage/courses/{course.slug}/questions"


def filled(**given):
    values = {
        "text": "多少学时？",
        "options-0": "90",
        "options-1": "60",
        "answer": ["0"],
        "use": "both",
        "lesson_id": "0",
        "difficulty": "2",
    }
    return {**values, **given}


def questions() -> list[Question]:
    return list(db.session.scalars(select(Question).order_by(Question.id)))


@pytest.mark.parametrize("field", ["text", "options-1", "topic", "explanation"])
def test_control_character_is_refused_at_its_field(desk, home, field):
    answer = desk.post(f"{home}/new", data=filled(**{field: "前\x0b后"}))
    assert answer.status_code == 422
    assert "控制字符" in html.unescape(answer.text)
    assert questions() == []


def test_single_choice_is_written(desk, home, course):
    lesson = LessonFactory(course=course)
    answer = desk.post(f"{home}/new", data=filled(lesson_id=str(lesson.id), topic="学时"))
    assert answer.location == f"{home}/new?kind=single"
    [question] = questions()
    assert (question.options, question.answer, question.topic) == (["90", "60"], [0], "学时")
    assert question.lesson_id == lesson.id


def test_multiple_choice_and_judgement_are_written(desk, home):
    data = filled(**{"options-2": "30", "answer": ["0", "2"]})
    desk.post(f"{home}/new?kind=multiple", data=data)
    desk.post(f"{home}/new?kind=true_false", data=filled(answer=["1"]))
    multiple, judged = questions()
    assert (multiple.kind, multiple.answer) == (QuestionKind.MULTIPLE, [0, 2])
    assert (judged.options, judged.answer) == (["正确", "错误"], [1])


FILL_IN = filled(**{"text": "每年____学时", "answer-0": "90\n九十\n", "answer": []})
ORDERING = filled(**{"options-2": "30"})
MATCHING = filled(
    **{
        "options-0-left": "公需科目",
        "options-0-right": "30 学时",
        "options-1-left": "专业科目",
        "options-1-right": "60 学时",
        "distractors-0": "90 学时",
    }
)


def test_blanks_order_and_pairs_are_written(desk, home):
    desk.post(f"{home}/new?kind=fill_in", data=FILL_IN)
    desk.post(f"{home}/new?kind=ordering", data=ORDERING)
    desk.post(f"{home}/new?kind=matching", data=MATCHING)
    blanks, order, pairs = questions()
    assert (blanks.options, blanks.answer) == ([], [["90", "九十"]])
    assert (order.options, order.answer) == (["90", "60", "30"], [0, 1, 2])
    assert pairs.options == [["公需科目", "30 学时"], ["专业科目", "60 学时"], ["", "90 学时"]]
    assert pairs.answer == [0, 1]


@pytest.mark.parametrize(
    ("kind", "data"), [("fill_in", FILL_IN), ("ordering", ORDERING), ("matching", MATCHING)]
)
def test_edit_form_of_every_kind_keeps_what_it_shows(desk, home, kind, data):
    desk.post(f"{home}/new?kind={kind}", data=data)
    [question] = questions()
    before = (question.options, question.answer)
    page = html.unescape(desk.get(f"{home}/{question.id}").text)
    fields = dict(
        re.findall(r'name="((?:options|answer|distractors)-[\w-]+)" value="([^"]+)"', page)
    )
    fields |= dict(re.findall(r'name="(answer-\d+)" rows="2">([^<]+)<', page))
    assert fields
    common = {"text": question.text, "use": "both", "lesson_id": "0", "difficulty": "1"}
    assert desk.post(f"{home}/{question.id}", data={**common, **fields}).status_code == 302
    db.session.refresh(question)
    assert (question.options, question.answer, question.difficulty) == (*before, 1)
    assert "公需科目" in desk.get(home).text or kind != "matching"
    assert "九十" in desk.get(home).text or kind != "fill_in"


@pytest.mark.parametrize(
    ("kind", "field", "data"),
    [
        ("fill_in", "answer", {**FILL_IN, "answer-0": " "}),
        ("fill_in", "answer", {**FILL_IN, "answer-1": "60"}),
        ("fill_in", "text", {**FILL_IN, "text": "____" + " ____" * 10}),
        ("ordering", "options", {**ORDERING, "options-1": ""}),
        ("ordering", "options", {**ORDERING, "options-1": "90"}),
        ("matching", "options", {**MATCHING, "options-1-left": ""}),
        ("matching", "options", {**MATCHING, "options-1-right": ""}),
        ("matching", "options", {**MATCHING, "distractors-0": "30 学时"}),
    ],
)
def test_wrong_blank_order_or_pair_is_answered_at_its_field(desk, home, kind, field, data):
    answer = desk.post(f"{home}/new?kind={kind}", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert questions() == []


@pytest.mark.parametrize(
    ("kind", "field", "given"),
    [
        ("single", "text", {"text": " "}),
        ("single", "options", {"options-1": ""}),
        ("single", "options", {"options-1": "90"}),
        ("single", "options", {"options-1": "", "options-2": "30"}),
        ("single", "answer", {"answer": []}),
        ("single", "answer", {"answer": ["0", "1"]}),
        ("single", "answer", {"answer": ["5"]}),
        ("single", "answer", {"answer": ["99"]}),
        ("multiple", "answer", {"answer": ["0"]}),
        ("true_false", "answer", {"answer": []}),
        ("single", "difficulty", {"difficulty": "7"}),
        ("single", "use", {"use": "x"}),
        ("single", "lesson_id", {"lesson_id": "12345"}),
        ("single", "topic", {"topic": "长" * 65}),
    ],
)
def test_wrong_question_is_answered_at_its_field(desk, home, kind, field, given):
    answer = desk.post(f"{home}/new?kind={kind}", data=filled(**given))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert questions() == []


def test_edit_form_shows_the_question_and_saves_it(desk, home, course):
    question = QuestionFactory(course=course, text="原题", options=["甲", "乙"], answer=[1])
    page = desk.get(f"{home}/{question.id}").text
    assert "原题" in page
    assert re.search(r'value="1" checked', page)
    desk.post(f"{home}/{question.id}", data=filled(text="改过"))
    assert [q.text for q in questions()] == ["改过"]


def test_question_of_a_published_course_is_succeeded(desk, base):
    course = CourseFactory(base=base)
    question = QuestionFactory(course=course, text="原题")
    desk.post(f"/manage/courses/{course.slug}/questions/{question.id}", data=filled(text="改过"))
    old, new = questions()
    assert (old.text, old.is_retired, new.replaces_id) == ("原题", True, old.id)


def test_retired_question_moves_to_its_own_list(desk, home, course):
    question = QuestionFactory(course=course, text="要停用的题")
    assert "要停用的题" in desk.get(home).text
    desk.post(f"{home}/{question.id}/retire")
    assert "要停用的题" not in desk.get(home).text
    assert "要停用的题" in desk.get(f"{home}?state=retired").text


def test_list_is_narrowed(desk, home, course):
    QuestionFactory(course=course, text="单选的题")
    QuestionFactory(
        course=course, text="判断的题", kind=QuestionKind.TRUE_FALSE, options=["正确", "错误"]
    )
    page = desk.get(f"{home}?kind=true_false&use=both&q=判断").text
    assert "判断的题" in page
    assert "单选的题" not in page
    assert desk.get(f"{home}?kind=nonsense&use=x").status_code == 200


def test_question_of_another_course_is_not_reached_through_ones_own(desk, home):
    other = QuestionFactory(text="别家的题")
    assert desk.get(f"{home}/{other.id}").status_code == 404
    assert desk.post(f"{home}/{other.id}", data=filled()).status_code == 404
    assert desk.post(f"{home}/{other.id}/retire").status_code == 404
    assert (other.text, other.is_retired) == ("别家的题", False)


def test_nobody_else_sees_or_writes_questions(client, home, base, stranger):
    published = CourseFactory(base=base)
    QuestionFactory(course=published)
    paths = ("", "/new", "/1", "/import", "/template.xlsx", "/export", "/export/gift")
    posts = ("/new", "/1", "/1/retire", "/import", f"/import/{'0' * 32}")
    theirs = f"/manage/courses/{published.slug}/questions"

    def statuses(address):
        gets = {client.get(address + path).status_code for path in paths}
        return gets | {client.post(address + path).status_code for path in posts}

    assert statuses(theirs) <= {302, 401}
    for person in (PersonFactory(), PostFactory(role=Role.UNIT_MANAGER).person):
        sign_in(client, person)
        assert statuses(theirs) == {403}
    sign_in(client, stranger)
    assert statuses(theirs) == {403}
    assert statuses(home) == {404}
    assert len(questions()) == 1


def test_trainers_course_page_counts_the_questions(desk, course):
    QuestionFactory(course=course)
    page = desk.get(f"/manage/courses/{course.slug}").text
    assert re.search(r'单选题 <strong class="num">1</strong>', page)
    assert f"/manage/courses/{course.slug}/questions" in page
