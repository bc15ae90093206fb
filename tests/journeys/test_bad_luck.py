"""Bad luck in the middle of a lesson and of an exam: forty seconds in a tunnel, a server that dies,
somebody with the same account. Nothing is lost, and nobody has to do anything about it."""

import re
import time

from playwright.sync_api import Page, expect

from tests.journeys import world
from tests.journeys.line import line_to
from tests.journeys.player import Player
from tests.journeys.system import System, wait_until
from tests.journeys.test_interruptions import open_the_paper
from tests.journeys.test_learning import open_lesson, state_of

CUT_SECONDS = 40
# What a browser complains of itself when a line is dead or a server gone.
_NO_LINE = re.compile(r"net::ERR_|status of 50[234]")


def other_troubles(visitor) -> list[str]:
    """What the console complained of, besides line and server."""
    return [trouble for trouble in visitor.troubles if not _NO_LINE.search(trouble)]


def test_forty_seconds_without_a_line_cost_a_lesson_nothing(system, visit):
    with line_to(system.port) as line:
        visitor = visit("tunnel", base_url=line.url)
        player = open_lesson(visitor.sign_in(world.TUNNEL.username), system, world.FREE)
        player.play()
        wait_until(lambda: player.high_water >= 1, "some windows are released")
        line.cut()
        begun = time.monotonic()
        expect(player.page.locator("[data-banner]")).to_contain_text(
            "网络已断开", timeout=CUT_SECONDS * 1000
        )
        before = player.high_water
        player.page.wait_for_timeout(max(0, CUT_SECONDS - (time.monotonic() - begun)) * 1000)
        assert player.high_water == before
        line.mend()
        player.watch_to_the_end()
        wait_until(
            lambda: state_of(system, player.cycle_id) == "completed", "the course is completed"
        )
    assert other_troubles(visitor) == []


def test_forty_seconds_without_a_line_cost_an_exam_nothing(system, visit):
    with line_to(system.port) as line:
        visitor = visit("tunnel-exam", base_url=line.url)
        page = visitor.sign_in(world.TUNNEL_EXAM.username)
        open_the_paper(page)
        status = page.locator("[data-exam-status]")
        choose(page, 1, 0)
        expect(status).to_have_text("已保存")
        line.cut()
        # Changed while nothing comes through: the last choice is the one that counts.
        choose(page, 2, 0)
        choose(page, 2, 1)
        choose(page, 3, 0)
        page.wait_for_timeout(CUT_SECONDS * 1000)
        expect(status).not_to_have_text("已保存")
        assert answered(system, world.TUNNEL_EXAM) == 1
        line.mend()
        expect(status).to_have_text("已保存", timeout=60_000)
        assert answered(system, world.TUNNEL_EXAM) == 3
        page.reload()
        checked = page.locator('.exam-question[data-position="2"] input:checked')
        assert checked.get_attribute("value") == second_value(page, 2)
        hand_in(page)
    assert other_troubles(visitor) == []


def test_a_server_killed_in_the_middle_of_a_lesson_costs_nothing(system, visit):
    visitor = visit("powercut")
    player = open_lesson(visitor.sign_in(world.POWER_CUT.username), system, world.FREE)
    player.play()
    wait_until(lambda: player.high_water >= 1, "some windows are released")
    before = player.high_water
    system.kill("web")
    expect(player.page.locator("[data-banner]")).to_contain_text("网络已断开", timeout=30_000)
    system.start("web")
    assert player.high_water >= before
    player.watch_to_the_end()
    wait_until(lambda: state_of(system, player.cycle_id) == "completed", "the course is completed")
    assert other_troubles(visitor) == []


def test_a_server_killed_in_the_middle_of_an_exam_costs_nothing(system, visit):
    visitor = visit("powercut-exam")
    page = visitor.sign_in(world.POWER_CUT_EXAM.username)
    open_the_paper(page)
    status = page.locator("[data-exam-status]")
    choose(page, 1, 0)
    expect(status).to_have_text("已保存")
    system.kill("web")
    choose(page, 2, 0)
    choose(page, 3, 0)
    expect(status).to_contain_text("网络")
    assert answered(system, world.POWER_CUT_EXAM) == 1
    system.start("web")
    expect(status).to_have_text("已保存", timeout=60_000)
    assert answered(system, world.POWER_CUT_EXAM) == 3
    hand_in(page)
    assert other_troubles(visitor) == []


def test_two_browsers_fight_over_one_learner(system, visit):
    """One takes the lesson, the other takes it back: both earn what one earns, and it ends well."""
    at_work, at_home = visit("duel-at-work"), visit("duel-at-home")
    first = open_lesson(at_work.sign_in(world.DUEL.username), system, world.FREE)
    first.play()
    wait_until(lambda: first.high_water >= 1, "some windows are released")
    second_page = at_home.sign_in(world.DUEL.username)
    begun, had = time.monotonic(), first.high_water
    second_page.goto(first.page.url)
    second = Player(second_page, system)
    wait_until(lambda: has_lost(first), "the first hears that the second has taken over")
    take_back(first)
    # A pop-up may lie over the button, if it is due.
    second_page.locator("[data-big]").dispatch_event("click")
    wait_until(lambda: has_lost(second), "the second hears that the first has taken it back")
    seconds = time.monotonic() - begun
    # A window lasts two seconds, and one may be held beside the one in play.
    assert first.high_water - had <= seconds / 2 + 2
    at_home.page.close()
    if first.video.evaluate("video => video.paused") and not first.is_asking:
        first.page.keyboard.press("k")
    first.watch_to_the_end()
    wait_until(lambda: state_of(system, first.cycle_id) == "completed", "the course is completed")
    assert at_work.troubles == []


def has_lost(player: Player) -> bool:
    """Whether the page says that the lesson plays elsewhere; if asked, it hears so by answering."""
    if player.is_asking and player.popup.locator("input").first.is_enabled():
        player.answer()
    return player.page.get_by_role("button", name="在这里继续").is_visible()


def take_back(player: Player) -> None:
    button = player.page.get_by_role("button", name="在这里继续")
    button.click()
    expect(button).not_to_be_visible()


def choose(page: Page, position: int, option: int) -> None:
    """Choose an option of a question."""
    page.locator(f'.exam-question[data-position="{position}"] .exam-option').nth(option).click()


def second_value(page: Page, position: int) -> str | None:
    inputs = page.locator(f'.exam-question[data-position="{position}"] input')
    return inputs.nth(1).get_attribute("value")


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="交卷").first.click()
    page.get_by_role("dialog").get_by_role("button", name="确定交卷").click()
    expect(page.get_by_role("heading", name=re.compile("考试结果"))).to_be_visible()


def answered(system: System, learner: world.Learner) -> int:
    """How many answers of the learner's paper the server has."""
    sql = (
        "SELECT count(*) FROM exam_paper_items JOIN exam_attempts ON exam_attempts.id = attempt_id "
        "JOIN cycles ON cycles.id = cycle_id JOIN people ON people.id = person_id "
        "WHERE username = :name AND answered_at IS NOT NULL"
    )
    return int(system.value(sql, name=learner.username))
