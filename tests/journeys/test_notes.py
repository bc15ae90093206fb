"""A learner writes notes at a film, loses the line, and finds them all on another device."""

import re

from playwright.sync_api import Page, Route, expect

from tests.journeys import world
from tests.journeys.player import Player
from tests.journeys.system import System, wait_until
from tests.journeys.test_interruptions import other_troubles
from tests.journeys.test_learning import open_lesson
from tests.journeys.visitor import Visitor

_SENT = re.compile(r"/notes/[0-9a-f]{32}")
WORDS = "要点：b 和 n 是字，不是按键"


def kept(system: System) -> list[tuple[str, int]]:
    """The notes that the server has, in the order of the film."""
    sql = (
        "SELECT text, at_ms FROM lesson_notes JOIN people ON people.id = person_id "
        "WHERE username = :name ORDER BY at_ms, lesson_notes.id"
    )
    return [(row["text"], row["at_ms"]) for row in system.rows(sql, name=world.WRITING.username)]


def ask_late(system: System, player: Player) -> None:
    """Chance may put a question before any note; here one stands at 8 s, and shuts the rest."""
    wait_until(lambda: player.progress("id") is not None, "the lesson is begun")
    sql = "UPDATE lesson_progress SET gates = '[4]' WHERE cycle_id = :cycle"
    system.change(sql, cycle=player.cycle_id)
    player.page.reload()
    expect(player.page.locator("[data-seek]")).to_be_enabled()


def stop_at(player: Player, seconds: float) -> None:
    player.video.evaluate(
        "(video, seconds) => { video.pause(); video.currentTime = seconds; }", seconds
    )
    wait_until(lambda: abs(player.seconds - seconds) < 0.1, "the film stands there")


def say(page: Page, text: str) -> None:
    expect(page.locator("[data-notes-state]")).to_contain_text(text, timeout=30_000)


def test_notes_are_written_kept_without_a_line_and_found_again(system, visit):
    visitor = visit("writing")
    page = visitor.sign_in(world.WRITING.username)
    player = open_lesson(page, system, world.FREE)
    ask_late(system, player)
    player.play()
    wait_until(lambda: player.high_water >= 2, "some windows are released")
    stop_at(player, 1)
    notes = page.locator("[data-notes-list] li")
    mark_and_write(page)
    expect(notes).to_have_count(2)
    expect(page.locator(".player-mark")).to_have_count(2)
    say(page, "已保存")
    assert kept(system) == [("", 1000), (WORDS, 1000)]
    write_without_a_line(page, player)
    expect(notes).to_have_count(3)
    assert kept(system)[0] == ("断网时写的", 500)
    remove_and_undo(page)
    say(page, "已保存")
    assert len(kept(system)) == 3
    reply_is_lost(page, player)
    assert len(kept(system)) == 4
    two_pages_part(visitor, page)
    assert [text for text, _at in kept(system)].count("断网时写的") == 0
    jump(page, player)
    # Where two pages part, the server refuses the later one; the browser calls that an error.
    assert [one for one in other_troubles(visitor) if "409" not in one] == []
    leave_and_go_on_elsewhere(system, visit, player)


def mark_and_write(page: Page) -> None:
    page.locator("[data-player]").focus()
    page.keyboard.press("b")
    # The same moment is marked once.
    page.keyboard.press("b")
    page.keyboard.press("n")
    expect(page.locator("[data-writer-words]")).to_be_focused()
    page.keyboard.type(WORDS)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-writer]")).to_be_hidden()


def write_without_a_line(page: Page, player: Player) -> None:
    """What is written offline waits in the page, outlives a reload, and is sent by itself."""
    stop_at(player, 0.5)
    page.route(_SENT, lambda route: route.abort())
    page.get_by_role("button", name="记笔记").last.click()
    page.keyboard.type("断网时写的")
    page.get_by_role("button", name="保存", exact=True).click()
    say(page, "网络没有连上")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    say(page, "网络没有连上")
    expect(page.locator("[data-notes-list] li").first).to_contain_text("断网时写的")
    page.unroute(_SENT)
    say(page, "已保存")


def remove_and_undo(page: Page) -> None:
    first = page.locator("[data-notes-list] li").first
    first.get_by_role("button", name="删除").click()
    expect(page.locator("[data-notes-list] li")).to_have_count(2)
    say(page, "已保存")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-notes-list] li")).to_have_count(3)


def reply_is_lost(page: Page, player: Player) -> None:
    """The server has the note, the page does not know it: it is sent again, and is there once."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    stop_at(player, 3)
    page.route(_SENT, lose, times=1)
    page.locator("[data-note-do=bookmark]").last.click()
    say(page, "网络没有连上")
    say(page, "已保存")


def two_pages_part(visitor: Visitor, page: Page) -> None:
    """The same note is changed on two pages: neither wording is lost."""
    other = visitor.new_tab()
    other.goto(page.url)
    for each, words in ((other, "另一页的话"), (page, "这一页的话")):
        first = each.locator("[data-notes-list] li").first
        first.get_by_role("button", name="修改").click()
        each.locator("[data-writer-words]").fill(words)
        each.get_by_role("button", name="保存", exact=True).click()
        say(each, "已保存")
    expect(page.get_by_text("两份都已保留")).to_be_visible()
    expect(page.locator("[data-notes-list]")).to_contain_text("另一页的话")
    expect(page.locator("[data-notes-list]")).to_contain_text("这一页的话")
    other.close()


def jump(page: Page, player: Player) -> None:
    """Enter at a moment leads there; a moment that is still locked is only told."""
    moment = page.get_by_role("button", name="跳到 0:01").first
    moment.focus()
    page.keyboard.press("Enter")
    wait_until(lambda: abs(player.seconds - 1) < 0.2, "the film stands at the note")
    page.goto(f"{page.url}?at=11")
    expect(page.locator("[data-banner]")).to_contain_text("还没有解锁")
    assert "at=" not in page.url


def leave_and_go_on_elsewhere(system: System, visit, player: Player) -> None:
    # Far enough from the second that the page may have told already as it opened.
    stop_at(player, 3.5)
    wait_until(lambda: player.progress("left_ms") == 3500, "the server knows the place")
    page = visit("elsewhere").sign_in(world.WRITING.username)
    page.goto(player.page.url)
    other = Player(page, system)
    wait_until(lambda: abs(other.seconds - 3.5) < 0.2, "the film stands where it was left")
    expect(page.locator("[data-notes-list] li")).to_have_count(5)
    page.get_by_role("link", name="本课程的全部笔记").click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Markdown").click()
    assert WORDS in download.value.path().read_text(encoding="utf-8")
