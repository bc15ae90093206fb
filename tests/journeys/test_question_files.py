"""A file of questions in a real browser on a phone: checked, imported, the faulty ones mended."""

from pathlib import Path

from playwright.sync_api import expect
from sqlalchemy import func, select

from lms.core.db import db
from lms.questions.models import Question
from tests.factories import CourseFactory, PostFactory
from tests.journeys.test_question_kinds import open_page, site

__all__ = ["open_page", "site"]


def test_a_hundred_questions_with_three_faults(app, open_page, tmp_path):
    trainer = PostFactory().person
    course = CourseFactory(base=trainer.posts[0].organization)
    blocks = [f"第 {n} 题？ {{=对 ~错}}" for n in range(100)]
    blocks[10], blocks[50], blocks[99] = "漏 {=甲 ~乙", "数 {#1..2}", "谈谈 {}"
    file = tmp_path / "questions.txt"
    file.write_text("\n\n".join(blocks), encoding="utf-8")

    page = open_page(trainer, f"/manage/courses/{course.slug}/questions/import")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_text("97 道没有问题，3 道需要改正")).to_be_visible()
    for place in ("第 21 行", "第 101 行", "第 199 行"):
        expect(page.locator("#faulty").get_by_text(place, exact=True)).to_be_visible()
    is_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(is_wide)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有问题的题").click()
    faulty = Path(download.value.path()).read_text(encoding="utf-8")
    assert faulty.count("// ") == 3
    page.get_by_role("button", name="导入 97 道题").click()
    expect(page.get_by_text("没有问题的题已经导入")).to_be_visible()
    page.goto(f"/manage/courses/{course.slug}/questions/export")
    assert not page.evaluate(is_wide)
    with page.expect_download() as download:
        page.locator("#qti-3-0").get_by_role("link", name="下载").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    count = select(func.count()).where(Question.course_id == course.id)
    assert db.session.scalar(count) == 97
