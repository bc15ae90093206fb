"""A trainer drops several films at once, and orders the lessons by keyboard and by pointer."""

from playwright.sync_api import Page, expect

from lms.demo_people import PASSWORD as DEMO_PASSWORD
from tests.journeys import world
from tests.journeys.test_teaching import make_a_course
from tests.journeys.visitor import come_late


def test_several_films_become_lessons_and_are_put_in_order(visit):
    trainer = visit("trainer")
    page = trainer.sign_in("trainer", DEMO_PASSWORD)
    # What is chosen before the script has come is not lost.
    page.route("**/js/dropzone.js*", come_late)
    make_a_course(page, "多个视频")
    film = world.FILM.read_bytes()
    names = ("第10讲.mp4", "第1讲.mp4", "第2讲.mp4")
    files = [{"name": name, "mimeType": "video/mp4", "buffer": film} for name in names]
    page.locator("#new-videos").set_input_files(files)
    expect(page.locator("[data-lesson][data-title]")).to_have_count(3, timeout=30_000)
    expect(page.locator("[data-video-state]")).to_have_count(3, timeout=60_000)
    assert titles(page) == ["第1讲", "第2讲", "第10讲"]
    order_by_keyboard(page)
    order_by_pointer(page)
    assert trainer.troubles == []


def order_by_keyboard(page: Page) -> None:
    handle = page.get_by_role("button", name="移动课时 第1讲", exact=True)
    said = page.locator("[data-order-say]")
    handle.press("Space")
    handle.press("ArrowDown")
    handle.press("ArrowDown")
    expect(said).to_contain_text("第 3 课")
    handle.press("Escape")
    assert titles(page) == ["第1讲", "第2讲", "第10讲"]
    handle.press("Space")
    handle.press("ArrowDown")
    handle.press("Space")
    expect(said).to_contain_text("已保存")
    page.reload()
    assert titles(page) == ["第2讲", "第1讲", "第10讲"]


def order_by_pointer(page: Page) -> None:
    handle = page.get_by_role("button", name="移动课时 第2讲", exact=True)
    expect(page.locator("[data-video-state]").first).to_be_visible()
    handle.scroll_into_view_if_needed()
    handle.hover()
    page.mouse.down()
    expect(page.locator(".is-ordering")).to_be_visible()
    target = page.locator("[data-lesson][data-title]").nth(2).bounding_box()
    assert target is not None
    page.mouse.move(target["x"] + 30, target["y"] + target["height"] - 2, steps=5)
    page.wait_for_function(
        "document.querySelector('[data-lesson]:last-child').dataset.title === '第2讲'"
    )
    page.mouse.up()
    expect(page.locator("[data-order-say]")).to_contain_text("已保存")
    page.reload()
    assert titles(page) == ["第1讲", "第10讲", "第2讲"]


def titles(page: Page) -> list[str]:
    rows = page.locator("[data-lesson][data-title]")
    return [row.get_attribute("data-title") or "" for row in rows.all()]
