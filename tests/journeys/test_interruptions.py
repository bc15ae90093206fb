"""A line that fails at the worst moment: nothing earned is lost, and the page says what happens."""

import re

from playwright.sync_api import Page, Route, expect

from tests.journeys import world
from tests.journeys.system import System, wait_until
from tests.journeys.test_learning import open_lesson, state_of
from tests.journeys.visitor import Visitor, come_late

# What a browser itself complains of when there is no line, or an answer never came.
_NO_LINE = re.compile(r"net::ERR_(INTERNET_DISCONNECTED|FAILED)|status of 503")
YESTERDAY = "2020-01-01"


def other_troubles(visitor: Visitor) -> list[str]:
    """What the console complained of, besides the line."""
    return [trouble for trouble in visitor.troubles if not _NO_LINE.search(trouble)]


def test_a_press_before_the_script_has_come_is_not_lost(system, visit):
    """On a slow line the page stands before its script does; the button waits for it."""
    visitor = visit("hasty")
    page = visitor.sign_in(world.HASTY.username)
    page.route("**/js/player.js*", come_late)
    player = open_lesson(page, system, world.FREE)
    player.play()
    assert visitor.troubles == []


def test_the_line_is_cut_in_the_middle_of_the_film(system, visit):
    visitor = visit("cutoff")
    player = open_lesson(visitor.sign_in(world.CUT_OFF.username), system, world.FREE)
    player.play()
    wait_until(lambda: player.high_water >= 1, "some windows are released")
    visitor.context.set_offline(True)
    expect(player.page.locator("[data-banner]")).to_contain_text("网络已断开", timeout=30_000)
    before = player.high_water
    visitor.context.set_offline(False)
    # Nobody presses anything: the film goes on by itself from where it stood.
    wait_until(lambda: player.high_water > before or player.is_asking, "keys are asked for again")
    expect(player.page.locator("[data-banner]")).not_to_be_visible(timeout=30_000)
    player.watch_to_the_end()
    wait_until(lambda: state_of(system, player.cycle_id) == "completed", "the course is completed")
    assert other_troubles(visitor) == []


def test_the_reply_to_a_popup_answer_is_lost(system, visit):
    """The server has graded the answer; the learner never hears of it, and is not asked twice."""
    visitor = visit("unheard")
    player = open_lesson(visitor.sign_in(world.UNHEARD.username), system, world.FREE)
    player.play()
    player.wait_for_popup()
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if lost or "nonce" not in (route.request.post_data or ""):
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    player.page.route(re.compile(r"/popup"), lose_the_first)
    player.answer()
    expect(player.popup).not_to_be_visible()
    assert lost == [200]
    wait_until(lambda: not player.video.evaluate("video => video.paused"), "the film runs on")
    player.watch_to_the_end()
    assert other_troubles(visitor) == []


def test_the_course_closes_while_somebody_watches(system, visit):
    visitor = visit("late")
    player = open_lesson(visitor.sign_in(world.LATE.username), system, world.FREE)
    player.play()
    closing = "UPDATE courses SET closes_on = :day WHERE slug = :slug"
    try:
        system.change(closing, day=YESTERDAY, slug=world.FREE)
        overlay = player.page.locator("[data-overlay]")
        expect(overlay).to_contain_text("课程已截止", timeout=60_000)
        expect(overlay).to_contain_text("已经学过的内容可以回看")
        assert player.progress("finished_at") is None
        player.page.goto(f"/learn/{player.cycle_id}")
        expect(player.page.get_by_text("本课程已于 2020-01-01 截止")).to_be_visible()
    finally:
        system.change(closing, day=None, slug=world.FREE)
    assert other_troubles(visitor) == []


def test_answers_given_without_a_line_are_sent_when_it_is_back(system, visit):
    visitor = visit("sitting")
    page = visitor.sign_in(world.SITTING.username)
    page.route("**/js/exam.js*", come_late)
    open_the_paper(page)
    status = page.locator("[data-exam-status]")
    choose(page, 4)
    expect(status).to_have_text("已保存")
    visitor.context.set_offline(True)
    choose(page, 1)
    choose(page, 2)
    expect(status).to_contain_text("网络")
    assert answered(system) == 1
    visitor.context.set_offline(False)
    expect(status).to_have_text("已保存")
    assert answered(system) == 3
    refuse_once(page)
    choose(page, 3)
    expect(status).to_contain_text("网络")
    expect(status).to_have_text("已保存")
    page.reload()
    expect(page.locator(".exam-question input:checked")).to_have_count(4)
    assert answered(system) == 4
    assert other_troubles(visitor) == []


def open_the_paper(page: Page) -> None:
    page.get_by_role("link", name="继续学习").first.click()
    page.get_by_role("link", name="参加考试").click()
    page.get_by_role("main").get_by_role("button", name=re.compile("打开试卷")).click()
    expect(page).to_have_url(re.compile(r"/exams/\d+$"))


def choose(page: Page, position: int) -> None:
    """Choose the first option of a question."""
    page.locator(f'.exam-question[data-position="{position}"] .exam-option').first.click()


def answered(system: System) -> int:
    """How many answers of the paper the server has."""
    sql = (
        "SELECT count(*) FROM exam_paper_items JOIN exam_attempts ON exam_attempts.id = attempt_id "
        "JOIN cycles ON cycles.id = cycle_id JOIN people ON people.id = person_id "
        "WHERE username = :name AND answered_at IS NOT NULL"
    )
    return int(system.value(sql, name=world.SITTING.username))


def refuse_once(page: Page) -> None:
    """The next answer finds a server that is overloaded."""
    page.route("**/answers/*", lambda route: route.fulfill(status=503), times=1)
