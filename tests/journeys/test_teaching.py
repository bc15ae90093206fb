"""A trainer makes a course, it is judged and published; a learner finds it."""

import re

from playwright.sync_api import Page, expect

from lms.demo_people import PASSWORD as DEMO_PASSWORD
from tests.journeys import world

TITLE = "现场急救常识"


def test_a_trainer_makes_and_publishes_a_course(visit):
    trainer = visit("trainer")
    page = trainer.sign_in("trainer", DEMO_PASSWORD)
    make_a_course(page)
    add_a_lesson(page)
    upload_what_is_no_film(page)
    assert all("/api/v1/uploads" in trouble for trouble in trainer.troubles)
    trainer.troubles.clear()
    upload_a_portrait_film(page)
    write_a_question(page)
    submit(page)
    send_back(visit("base").sign_in("base", DEMO_PASSWORD))
    mend_and_submit(page)
    approve(visit("base").sign_in("base", DEMO_PASSWORD))
    approve(visit("bureau").sign_in("bureau", DEMO_PASSWORD))
    publish(page)
    reader = visit("reader").page
    reader.goto("/courses")
    reader.get_by_role("link", name=re.compile(TITLE)).first.click()
    expect(reader.get_by_text("心肺复苏")).to_be_visible()
    assert trainer.troubles == []


def make_a_course(page: Page, title: str = TITLE) -> None:
    page.goto("/manage/courses")
    page.get_by_role("link", name="新建课程").first.click()
    page.get_by_label("课程名称").fill(title)
    page.get_by_label("学时", exact=False).first.fill("1.5")
    page.get_by_label("主讲教师").fill("韩医生")
    page.get_by_label("需要通过考试").uncheck()
    page.get_by_role("button", name="保存并添加课时").click()


def add_a_lesson(page: Page) -> None:
    page.get_by_label("课时名称").last.fill("心肺复苏")
    page.get_by_role("button", name="添加课时").click()
    expect(page.get_by_role("heading", name=re.compile("心肺复苏"))).to_be_visible()


def upload_what_is_no_film(page: Page) -> None:
    """The sentence says what is wrong, and nothing half-made is left."""
    panel = page.locator("[data-video-panel]")
    panel.locator("input[type=file]").first.set_input_files(world.SAMPLES / "not-a-video.mp4")
    state = panel.locator("[data-drop-state]")
    expect(state).to_have_attribute("data-tone", "danger", timeout=90_000)
    assert "视频" in state.inner_text()
    page.reload()
    expect(panel.locator("[data-video-state]")).to_have_count(0)


def upload_a_portrait_film(page: Page) -> None:
    panel = page.locator("[data-video-panel]")
    panel.locator("input[type=file]").first.set_input_files(world.SAMPLES / "portrait.mov")
    progress = panel.get_by_role("progressbar").first
    expect(progress).to_be_visible()
    ready = panel.locator('[data-video-state="ready"]')
    expect(ready).to_be_visible(timeout=90_000)
    expect(ready.get_by_text("portrait.mov")).to_be_visible()


def write_a_question(page: Page) -> None:
    page.get_by_role("link", name="题库").first.click()
    page.get_by_role("link", name="写第一道题").click()
    page.get_by_label("题干").fill("成人胸外按压的频率是每分钟多少次？")
    page.get_by_label("选项 A", exact=True).fill("100 到 120 次")
    page.get_by_label("选项 B", exact=True).fill("60 到 80 次")
    page.get_by_label("选项 A 正确").check()
    page.get_by_role("button", name="保存，接着写下一道").click()
    expect(page.get_by_text(re.compile("已添加|已保存")).first).to_be_visible()


def submit(page: Page) -> None:
    page.get_by_role("link", name="概览").click()
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("待基地审核").first).to_be_visible()


def open_review(page: Page) -> None:
    page.goto("/manage/reviews")
    page.get_by_role("link", name=TITLE).click()


def send_back(page: Page) -> None:
    """A return needs its reason, which the trainer reads."""
    open_review(page)
    page.get_by_role("button", name="退回修改").click()
    expect(page.get_by_text("退回时请写明")).to_be_visible()
    page.get_by_role("textbox", name="意见").fill("请补充课程简介")
    page.get_by_role("button", name="退回修改").click()
    expect(page.get_by_text("审核意见已记录")).to_be_visible()


def mend_and_submit(page: Page) -> None:
    page.reload()
    expect(page.get_by_text("请补充课程简介").first).to_be_visible()
    page.get_by_role("link", name="基本信息").first.click()
    page.get_by_label("课程简介").fill("从实例讲起。")
    page.get_by_role("button", name="保存").click()
    submit(page)


def approve(page: Page) -> None:
    open_review(page)
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_text("审核意见已记录")).to_be_visible()


def publish(page: Page) -> None:
    page.reload()
    page.get_by_role("button", name="发布课程").click()
    expect(page.get_by_text("已发布").first).to_be_visible()
