"""A learner reads a lesson page by page: a lost line, a question, another tab, the end."""

import re

from playwright.sync_api import Page, expect

from tests.journeys import world
from tests.journeys.conftest import RESULTS
from tests.journeys.inspection import Findings, inspect
from tests.journeys.player import Player
from tests.journeys.system import System, wait_until
from tests.journeys.test_interruptions import other_troubles
from tests.journeys.test_learning import open_lesson, state_of

_PAGES = re.compile(r"/pages/")
COUNT = world.READ_PAGES[1] - world.READ_PAGES[0] + 1


def shows(page: Page, number: int) -> None:
    expect(page.locator("[data-page-number]")).to_have_text(str(number), timeout=30_000)
    expect(page.locator("[data-page] canvas")).to_be_visible(timeout=30_000)


def may_turn(page: Page) -> None:
    expect(page.locator("[data-do=next]")).to_have_attribute(
        "aria-disabled", "false", timeout=30_000
    )


def ask_behind_the_second_page(system: System, player: Player) -> None:
    """Chance puts the question anywhere; here it stands in front of page 3."""
    wait_until(lambda: player.progress("id") is not None, "the lesson is begun")
    system.change(
        "UPDATE lesson_progress SET gates = '[2]' WHERE cycle_id = :cycle", cycle=player.cycle_id
    )
    player.page.reload()


def steal(page: Page, player: Player, number: int) -> int:
    """Ask for a page from the console, with all the rights of the browser; the status."""
    sql = "SELECT public_id FROM readings WHERE lesson_id = :id"
    name = player.system.value(sql, id=player.lesson_id)
    return int(page.evaluate("url => fetch(url).then(r => r.status)", f"/pages/{name}/{number}"))


def test_a_lesson_is_read_page_by_page_to_its_end(system, visit):
    visitor = visit("paging")
    page = visitor.sign_in(world.PAGING.username)
    player = open_lesson(page, system, world.READ)
    ask_behind_the_second_page(system, player)
    shows(page, 1)
    assert steal(page, player, COUNT - 1) == 403
    expect(page.locator("[data-page] .visually-hidden")).not_to_be_empty()
    turn_without_a_line(page)
    answer_before_the_third(page, player)
    take_over_and_back(visitor, page)
    read_to_the_end(page, player)
    wait_until(lambda: state_of(system, player.cycle_id) == "completed", "the course is completed")
    assert player.high_water == COUNT
    go_back_and_jump(page)
    findings = Findings("learner", RESULTS)
    inspect(page, "a lesson that is read", findings)
    assert findings.wrong == []
    assert other_troubles(visitor) == []


def turn_without_a_line(page: Page) -> None:
    """The page says that the line is away, and turns by itself when it is there again."""
    may_turn(page)
    page.route(_PAGES, lambda route: route.abort())
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-banner]")).to_contain_text("网络已断开", timeout=30_000)
    shows(page, 1)
    page.unroute(_PAGES)
    shows(page, 2)
    expect(page.locator("[data-banner]")).to_be_hidden()


def answer_before_the_third(page: Page, player: Player) -> None:
    may_turn(page)
    page.get_by_role("button", name="下一页").click()
    player.wait_for_popup()
    player.answer()
    shows(page, 3)
    expect(page.locator("[data-page]")).to_be_focused()
    page.keyboard.press("b")
    expect(page.locator("[data-notes-list] li")).to_contain_text("第 3 页")


def take_over_and_back(visitor, page: Page) -> None:
    """Another tab goes on at the same page; this one says so, and takes the lesson back."""
    other = visitor.new_tab()
    other.goto(page.url)
    shows(other, 3)
    may_turn(page)
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="在这里继续").click()
    shows(page, 3)
    other.close()


def read_to_the_end(page: Page, player: Player) -> None:
    may_turn(page)
    page.get_by_role("button", name="下一页").click()
    shows(page, COUNT)
    expect(page.get_by_role("button", name="下一页")).to_be_disabled()
    wait_until(lambda: player.progress("finished_at") is not None, "the lesson is finished")
    expect(player.done).to_contain_text("已学完")


def go_back_and_jump(page: Page) -> None:
    """Read pages are there again at once, by the keys and by a note."""
    for number in (COUNT - 1, COUNT - 2):
        page.keyboard.press("ArrowLeft")
        shows(page, number)
    page.reload()
    shows(page, COUNT - 2)
    page.get_by_role("button", name="跳到 第 3 页").click()
    shows(page, 3)
