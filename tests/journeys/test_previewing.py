"""A lesson is looked at before anybody learns from it: by its trainer, and by who judges it."""

import re

from playwright.sync_api import Page, expect

from lms.demo_people import PASSWORD as DEMO_PASSWORD
from tests.journeys import world
from tests.journeys.player import Player
from tests.journeys.system import System, wait_until

TRACES = ("cycles", "lesson_progress", "popups", "study_clocks", "watched_courses")


def traces(system: System) -> dict[str, int]:
    """How much is known of anybody's learning."""
    return {name: system.value(f"SELECT COUNT(*) FROM {name}") for name in TRACES}


def test_trainer_keeps_a_stretch_free_and_previews_the_lesson(system, visit):
    visitor = visit("previewing")
    page = visitor.sign_in("trainer", DEMO_PASSWORD)
    page.goto(f"/manage/courses/{world.FREE}/lessons")
    draw_a_stretch(page)
    before = traces(system)
    page.get_by_role("link", name="以学员身份预览").first.click()
    expect(page.get_by_text("预览 · 不计学时")).to_be_visible()
    expect(page.get_by_text("不出题时段")).to_be_visible()
    player = Player(page, system)
    expect(page.locator(".player-gate").first).to_be_visible()
    player.play()
    player.wait_for_popup()
    # Nothing stands in the stretch from one second to nearly the third boundary, at six seconds.
    assert player.seconds > 4
    player.answer(right=False)
    expect(player.popup.locator("[data-popup-state]")).to_contain_text("回答不正确")
    player.wait_for_popup()
    player.answer()
    expect(player.popup).not_to_be_visible()
    seek_to_the_end(player)
    expect(page.get_by_text("本课时预览结束")).to_be_visible(timeout=20_000)
    assert traces(system) == before
    page.get_by_role("link", name="返回编辑课时").click()
    expect(page).to_have_url(re.compile(rf"/manage/courses/{world.FREE}/lessons"))
    assert visitor.troubles == []


def draw_a_stretch(page: Page) -> None:
    """By the pointer over the line, then its end by the arrow keys; saved."""
    page.locator(".quiet-editor summary").first.click()
    line = page.locator("[data-quiet-line]").first
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 12, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 4 / 12, box["y"] + 10, steps=4)
    page.mouse.up()
    end = page.get_by_role("slider", name="第 1 段的结束")
    expect(end).to_have_attribute("aria-valuetext", "00:04")
    end.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-quiet-end]").first).to_have_value("00:05")
    page.get_by_role("button", name="保存不出题时段").click()
    expect(page.get_by_text("不出题时段已保存")).to_be_visible()


def seek_to_the_end(player: Player) -> None:
    """Forward is free in a preview; whatever is asked on the way is answered."""
    player.video.evaluate("video => { video.currentTime = video.duration - 2.5; video.play(); }")

    def is_over() -> bool:
        if player.is_asking and player.popup.locator("input").first.is_enabled():
            player.answer()
            expect(player.popup).not_to_be_visible()
        return player.done.is_visible()

    wait_until(is_over, "the film has ended", 40)


def test_reviewer_plays_the_frozen_version_and_a_learner_plays_neither(system, visit):
    visitor = visit("judging")
    page = visitor.sign_in("base", DEMO_PASSWORD)
    version = system.value("SELECT id FROM course_versions WHERE state = 'submitted'")
    page.goto(f"/manage/reviews/{version}")
    page.get_by_role("link", name="预览").first.click()
    expect(page.get_by_text("内容以提交时为准")).to_be_visible()
    player = Player(page, system)
    player.play()
    key = f"{page.url}/keys/0"
    assert page.request.get(key).status == 200
    learner = visit("curious")
    curious = learner.sign_in(world.READER.username)
    assert curious.request.get(key).status == 403
    assert visitor.troubles == []
