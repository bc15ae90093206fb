"""The film fills the window: questions are asked inside it, to a finger and to a keyboard alike."""

from playwright.sync_api import expect

from tests.journeys import world
from tests.journeys.player import Player
from tests.journeys.system import wait_until
from tests.journeys.test_learning import answer_by_keyboard, open_lesson

FOCUSED = "element => element.contains(document.activeElement)"


def fills_the_window(player: Player) -> bool:
    box = player.page.locator("[data-player]").bounding_box()
    size = player.page.evaluate("({ width: innerWidth, height: innerHeight })")
    return box is not None and (box["width"], box["height"]) == (size["width"], size["height"])


def test_a_popup_on_a_phone_in_the_full_window(system, visit):
    visitor = visit("tapping", phone=True)
    page = visitor.sign_in(world.TAPPING.username)
    player = open_lesson(page, system, world.FREE)
    assert player.video.evaluate("video => video.playsInline")
    page.locator("[data-do=full]").tap()
    wait_until(lambda: fills_the_window(player), "the film fills the window")
    page.locator("[data-big]").tap()
    player.wait_for_popup()
    assert fills_the_window(player)
    state = player.popup.locator("[data-popup-state]")
    player.options(right=False)[0].tap()
    send = player.popup.get_by_role("button", name="提交答案")
    send.tap()
    expect(state).to_contain_text("回答不正确")
    expect(player.popup.locator("[data-popup-voice]")).to_contain_text("1 秒后换一道题")
    player.wait_for_popup()
    for part in (*player.options(right=True), send):
        part.scroll_into_view_if_needed()
        expect(part).to_be_in_viewport(ratio=0.99)
    for option in player.options(right=True):
        option.tap()
    send.tap()
    expect(player.popup).not_to_be_visible()
    assert fills_the_window(player)
    wait_until(lambda: not player.video.evaluate("video => video.paused"), "the film runs on")
    page.locator("[data-do=full]").tap()
    wait_until(lambda: not fills_the_window(player), "the page is back")
    player.watch_to_the_end()
    assert visitor.troubles == []


def test_by_keyboard_in_the_full_window_with_the_speed_of_last_time(system, visit):
    """The focus is where the question is, also while a wrong answer costs a wait."""
    visitor = visit("typing")
    page = visitor.sign_in(world.TYPING.username)
    player = open_lesson(page, system, world.FREE)
    expect(page.locator("[data-speed] option")).to_have_count(2)
    root = page.locator("[data-player]")
    root.focus()
    page.keyboard.press("<")
    expect(page.locator("[data-banner]")).to_contain_text("0.75×")
    page.reload()
    expect(page.locator("[data-speed]")).to_have_value("0.75")
    root.focus()
    page.keyboard.press("f")
    wait_until(lambda: fills_the_window(player), "the film fills the window")
    page.keyboard.press(" ")
    player.wait_for_popup()
    assert player.video.evaluate("video => video.playbackRate") == 0.75
    wait_until(lambda: player.popup.evaluate(FOCUSED), "the focus is in the pop-up")
    answer_by_keyboard(player, right=False)
    expect(player.popup.locator("[data-popup-state]")).to_contain_text("回答不正确")
    assert player.popup.evaluate(FOCUSED)
    player.wait_for_popup()
    wait_until(
        lambda: player.popup.locator("[data-popup-question]").evaluate(FOCUSED),
        "the focus is in the next question",
    )
    answer_by_keyboard(player)
    expect(player.popup).not_to_be_visible()
    assert fills_the_window(player)
    page.keyboard.press("Escape")
    wait_until(lambda: not fills_the_window(player), "the page is back")
    page.keyboard.press(">")
    assert player.video.evaluate("video => video.playbackRate") == 1
    # The course allows no more.
    page.keyboard.press(">")
    assert player.video.evaluate("video => video.playbackRate") == 1
    player.watch_to_the_end()
    assert visitor.troubles == []
