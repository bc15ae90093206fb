"""Learning in other ways: without an exam, with a reload, on a phone, by keyboard, once again."""

import re

from playwright.sync_api import Page, expect

from lms.demo_people import PASSWORD as DEMO_PASSWORD
from tests.journeys import world
from tests.journeys.player import Player, sit_exam
from tests.journeys.system import System, wait_until

NO_EXAM = "安全生产法要点"


def open_lesson(page: Page, system: System, slug: str) -> Player:
    """Enrol for free and open the first lesson."""
    page.goto(f"/courses/{slug}")
    page.get_by_role("button", name="免费报名").click()
    expect(page).to_have_url(re.compile(r"/learn/\d+$"))
    return open_first_lesson(page, system)


def open_first_lesson(page: Page, system: System) -> Player:
    """On the page of a cycle: begin with its first lesson."""
    page.get_by_role("link", name="开始学习").first.click()
    expect(page).to_have_url(re.compile(r"/lessons/\d+$"))
    return Player(page, system)


def state_of(system: System, cycle_id: int) -> str:
    return str(system.value("SELECT state FROM cycles WHERE id = :id", id=cycle_id))


def test_a_course_without_exam_completes_by_itself_in_spite_of_a_reload(system, visit):
    """Jining 2022, 二(二)2: watched with its pop-ups answered, the hours come by themselves."""
    visitor = visit("reloading")
    page = visitor.sign_in(world.RELOADING.username)
    player = open_lesson(page, system, world.FREE)
    player.play()
    wait_until(lambda: player.high_water >= 3 or player.is_asking, "some windows are released")
    before = player.high_water
    page.reload()
    player = Player(page, system)
    expect(page.locator("[data-big]")).to_be_visible()
    # Nothing released is lost; of the film at most the window in play is seen again.
    assert player.high_water >= before
    player.play()
    assert player.high_water >= before
    player.watch_to_the_end()
    wait_until(lambda: state_of(system, player.cycle_id) == "completed", "the course is completed")
    page.goto("/me/certificates")
    expect(page.get_by_role("heading", name=NO_EXAM)).to_be_visible()
    assert visitor.troubles == []


def test_on_a_phone(system, visit):
    visitor = visit("phone", phone=True)
    page = visitor.sign_in(world.PHONE.username)
    player = open_lesson(page, system, world.FREE)
    player.play()
    player.wait_for_popup()
    box = player.popup.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    for part in (*player.options(right=True), player.popup.get_by_role("button", name="提交答案")):
        part.scroll_into_view_if_needed()
        place = part.bounding_box()
        assert place is not None
        # A finger needs 44 by 44; the height of a label may be that of its line and padding.
        assert place["height"] >= 40
        assert place["x"] + place["width"] <= 390
    player.answer()
    expect(player.popup).not_to_be_visible()
    player.watch_to_the_end()
    assert visitor.troubles == []


def test_by_keyboard_alone(system, visit):
    """The film is started and the pop-up answered without a mouse; the focus never gets lost."""
    visitor = visit("keyboard")
    page = visitor.sign_in(world.KEYBOARD.username)
    player = open_lesson(page, system, world.FREE)
    big = page.locator("[data-big]")
    focus = "button => { button.focus(); return document.activeElement === button; }"
    wait_until(lambda: big.evaluate(focus), "the button takes the focus")
    page.keyboard.press("Enter")
    wait_until(lambda: player.seconds > 0.2, "the film runs")
    player.wait_for_popup()
    focused = "dialog => dialog.contains(document.activeElement)"
    wait_until(lambda: player.popup.evaluate(focused), "the focus is in the pop-up")
    assert player.popup.get_attribute("aria-labelledby")
    page.keyboard.press("Escape")
    assert player.is_asking
    answer_by_keyboard(player)
    expect(player.popup).not_to_be_visible()
    player.watch_to_the_end()
    assert visitor.troubles == []


def answer_by_keyboard(player: Player, *, right: bool = True) -> None:
    """Walk through the dialog with Tab and the arrows, choose with Space, send with Enter."""
    keyboard = player.page.keyboard
    chosen = {label.inner_text().strip() for label in player.options(right=right)}
    many = player.popup.locator("input[type=checkbox]").count() > 0
    player.popup.locator("input").first.focus()
    for _ in range(player.popup.locator("input").count()):
        here = player.page.evaluate("document.activeElement.closest('label').innerText.trim()")
        if here in chosen:
            keyboard.press("Space")
            if not many:
                break
        keyboard.press("Tab" if many else "ArrowDown")
    keyboard.press("Enter")


def test_twice_failed_applied_approved_and_begun_anew(system, visit):
    visitor = visit("restudying")
    page = visitor.sign_in(world.RESTUDYING.username)
    player = open_lesson(page, system, world.EXAMINED)
    player.play()
    player.watch_to_the_end()
    first_cycle = player.cycle_id
    page.goto(f"/learn/{first_cycle}")
    page.get_by_role("link", name="参加考试").click()
    seen = sit_exam(page, right=False)
    page.get_by_role("link", name="再考一次").click()
    seen |= sit_exam(page, right=False)
    expect(page.get_by_text("两次考试都没有合格")).to_be_visible()
    page.get_by_role("link", name="申请重新学习").first.click()
    page.get_by_label("申请理由").fill("没有掌握学时的要求，准备把课程重新学习一遍。")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("待审批")).to_be_visible()
    approve(visit("unit"))
    page.reload()
    page.get_by_role("link", name="开始新的学习").click()
    expect(page).to_have_url(re.compile(r"/learn/\d+$"))
    assert not page.url.endswith(f"/{first_cycle}")
    # Nothing is carried over.
    expect(page.get_by_text("已学完 0 / 1 课")).to_be_visible()
    second_cycle = int(page.url.rpartition("/")[2])
    player = open_first_lesson(page, system)
    player.play()
    player.watch_to_the_end()
    page.goto(f"/learn/{second_cycle}")
    page.get_by_role("link", name="参加考试").click()
    assert sit_exam(page, right=True).isdisjoint(seen)
    assert state_of(system, second_cycle) == "completed"
    assert visitor.troubles == []


def approve(unit) -> None:
    page = unit.sign_in("unit", DEMO_PASSWORD)
    page.goto("/manage/restudy")
    asked = page.locator("section.card").filter(has_text=world.RESTUDYING.name)
    asked.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_text("已同意").first).to_be_visible()
    assert unit.troubles == []
