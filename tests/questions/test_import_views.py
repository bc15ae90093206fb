"""The trainer's pages of question files: check, import, give back, export."""

import html
import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.core.db import db
from lms.questions import kept_files
from lms.questions.formats import FORMATS
from lms.questions.models import Question, QuestionKind
from tests.factories import CourseFactory, LessonFactory, PostFactory, QuestionFactory
from tests.questions.formats.support import ENTRIES, read
from tests.support import sign_in

GOOD = "学时够吗？{T}\n\n// [tag:难度：难]\n选 {=甲 ~乙}\n"
MIXED = f"{GOOD}\n少一半 {{=甲 ~乙\n\n数 {{#1..2}}\n"


@pytest.fixture
def desk(client, trainer):
    """A client signed in as the trainer."""
    return sign_in(client, trainer)


@pytest.fixture
def home(course):
    return f"/manage/courses/{course.slug}/questions"


def questions() -> list[Question]:
    return list(db.session.scalars(select(Question).order_by(Question.id)))


def upload(desk, home, content, name="x.bin"):
    content = content.encode() if isinstance(content, str) else content
    return desk.post(f"{home}/import", data={"file": (io.BytesIO(content), name)})


def checked(desk, home, content) -> str:
    """The address of the page that shows what was found."""
    answer = upload(desk, home, content)
    assert answer.status_code == 302
    return answer.location


def kept(settings) -> set[Path]:
    """The files of all tests so far, for their folder is one."""
    return set((Path(settings.var_dir) / "question-files").glob("*"))


def test_import_checks_first_and_writes_after_confirmation(desk, home):
    page = checked(desk, home, GOOD)
    text = desk.get(page).text
    assert "识别为 Moodle GIFT" in text
    assert "共 2 道题" in text
    assert questions() == []
    assert desk.post(page).location == home
    assert [(q.text, q.difficulty) for q in questions()] == [("学时够吗？", 2), ("选", 3)]


@pytest.mark.parametrize("found", FORMATS, ids=lambda each: each.name)
def test_every_format_and_kind_reaches_the_bank_and_leaves_it(desk, home, course, found):
    lesson = LessonFactory(course=course, title="第一讲")
    page = checked(desk, home, found.write(ENTRIES))
    assert f"识别为 {found.label}" in desk.get(page).text
    desk.post(page)
    written = questions()
    assert {q.lesson_id for q in written} == {lesson.id}
    again = desk.get(f"{home}/export/{found.name}")
    assert [d.facts for d in read(again.data).sound] == [
        d.facts for d in read(found.write(ENTRIES)).sound
    ]
    assert again.headers["Content-Disposition"].startswith("attachment")


def test_the_sound_ones_go_in_and_the_faulty_ones_come_back(desk, home):
    page = checked(desk, home, MIXED)
    text = html.unescape(desk.get(page).text)
    for part in ("第 6 行", "第 8 行", "花括号不成对", "范围", "导入 2 道题"):
        assert part in text
    faulty = desk.get(f"{page}/faulty")
    assert "questions-to-mend.gift.txt" in faulty.headers["Content-Disposition"]
    assert "// 答案：花括号不成对" in faulty.text
    assert desk.post(page).location == page
    assert len(questions()) == 2
    after = desk.get(page).text
    assert "已经导入" in after
    assert "花括号不成对" in html.unescape(after)
    assert desk.get(f"{page}/faulty").status_code == 200
    mended = faulty.text.replace("乙\n", "乙}\n").replace("1..2", "12")
    desk.post(checked(desk, home, mended))
    assert len(questions()) == 4


def test_a_hundred_questions_with_three_faults_name_the_three(desk, home):
    blocks = [f"第 {n} 题？ {{=对 ~错}}" for n in range(100)]
    blocks[10], blocks[50], blocks[99] = "漏 {=甲 ~乙", "数 {#1..2}", "谈谈 {}"
    page = checked(desk, home, "\n\n".join(blocks))
    text = desk.get(page).text
    assert "97 道没有问题，3 道需要改正" in text
    assert len(re.findall(r'data-label="字段"', text)) == 3
    desk.post(page)
    assert len(questions()) == 97


def test_a_second_click_imports_nothing_twice(desk, home):
    page = checked(desk, home, GOOD)
    desk.post(page)
    assert "已经导入过" in desk.post(page, follow_redirects=True).text
    assert len(questions()) == 2


def test_file_without_a_sound_question_offers_no_import(desk, home):
    page = checked(desk, home, "谈谈 {}")
    assert "没有可以导入的题" in desk.get(page).text
    assert "没有可以导入" in desk.post(page, follow_redirects=True).text
    assert questions() == []


def test_what_fails_as_it_is_written_can_be_tried_again(desk, home, monkeypatch):
    page = checked(desk, home, GOOD)

    def fail(*_):
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("lms.questions.operations.create_questions", fail)
        assert desk.post(page).status_code == 500
    assert questions() == []
    desk.post(page)
    assert len(questions()) == 2


def test_checked_file_is_its_uploaders_and_its_courses_alone(desk, home, base, client, app, course):
    page = checked(desk, home, GOOD)
    other = CourseFactory(base=base)
    assert desk.get(page.replace(course.slug, other.slug)).status_code == 404
    colleague = sign_in(app.test_client(), PostFactory(organization=base).person)
    for answer in (colleague.get(page), colleague.post(page), colleague.get(f"{page}/faulty")):
        assert answer.status_code == 404
    assert questions() == []


@pytest.mark.parametrize("token", ["0" * 32, "x", "..%2f..%2flms.sqlite3", "G" * 32])
def test_unknown_token_leads_nowhere(desk, home, token):
    assert desk.get(f"{home}/import/{token}").status_code == 404
    assert desk.post(f"{home}/import/{token}").status_code == 404


def test_checked_file_is_kept_an_hour_and_then_forgotten(desk, home, clock, settings):
    before = kept(settings)
    page = checked(desk, home, GOOD)
    [path] = kept(settings) - before
    assert path.stat().st_mode & 0o777 == 0o600
    clock.advance(kept_files.KEPT_SECONDS + 1)
    answer = desk.get(page)
    assert answer.status_code == 404
    checked(desk, home, MIXED)
    assert path not in kept(settings)


def test_unreadable_file_and_no_file_are_answered_at_the_field(desk, home, settings):
    before = kept(settings)
    for answer in (
        upload(desk, home, b"PK\x03\x04", "x.xlsx"),
        upload(desk, home, "", "x.txt"),
        desk.post(f"{home}/import", data={}),
    ):
        assert answer.status_code == 422
        assert 'id="file-error"' in answer.text
    assert kept(settings) == before


def test_question_already_in_the_bank_is_pointed_out(desk, home, course):
    QuestionFactory(course=course, text="学时够吗？")
    assert "题库里已有题干相同的题" in desk.get(checked(desk, home, GOOD)).text


def test_pages_offer_every_format_and_say_what_it_leaves_out(desk, home, course):
    assert "Moodle GIFT" in desk.get(f"{home}/import").text
    QuestionFactory(
        course=course,
        kind=QuestionKind.FILL_IN,
        text="甲____乙____",
        options=[],
        answer=[["1"], ["2"]],
    )
    QuestionFactory(course=course, text="求 $x$")
    text = desk.get(f"{home}/export").text
    for part in (
        "整道题不导出",
        "多个空的填空题",
        "甲____乙____",
        "不是 MathML",
        "全部内容都能保留",
    ):
        assert part in text
    assert desk.get(f"{home}/export/nonsense").status_code == 404


def test_template_is_a_workbook(desk, home):
    answer = desk.get(f"{home}/template.xlsx")
    assert answer.data.startswith(b"PK")


def test_question_with_a_picture_that_is_not_here_stops_no_other(desk, home):
    rows = "题型,题干,答案\n判断题,看 ![图](picture:0123456789abcdef),正确\n判断题,好题,正确"
    page = checked(desk, home, rows)
    assert "图片不在本课程" in desk.get(page).text
    desk.post(page)
    assert [q.text for q in questions()] == ["好题"]
