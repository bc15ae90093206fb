"""The main job, end to end, as a person would do it and could watch: LMS_TEST_HEADED=1."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys import world
from tests.journeys.certificate import read_qr, read_text
from tests.journeys.player import Player, sit_exam
from tests.journeys.system import System, wait_until

TITLE = "数字化车间设备运行与维护"


def test_from_the_catalogue_to_the_hour_bank(system, visit, tmp_path):
    learner = visit("learner")
    page = learner.sign_in(world.MAIN.username)
    buy_the_course(page, system)
    study_the_first_lesson(page, system, learner)
    study_the_second_lesson(page, system)
    pass_at_the_second_attempt(page)
    pdf = take_the_certificate(page, tmp_path)
    check_it_signed_out(visit("stranger").page, pdf)
    see_the_hours(page, system)
    assert learner.troubles == []


def buy_the_course(page: Page, system: System) -> None:
    """Found in the catalogue, ordered at 0.80 yuan an hour, paid, and enrolled by the notice."""
    page.goto("/courses")
    page.get_by_role("link", name=re.compile(TITLE)).first.click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.get_by_role("button", name="购买 ¥6.00").click()
    expect(page).to_have_url(re.compile("/orders/"))
    page.get_by_role("button", name="去支付").click()
    expect(page.get_by_role("heading", name="¥6.00")).to_be_visible()
    page.get_by_role("button", name="确认支付 ¥6.00").click()
    expect(page.get_by_text("支付成功")).to_be_visible(timeout=40_000)
    page.get_by_role("link", name="开始学习").click()
    expect(page).to_have_url(re.compile(r"/learn/\d+$"))
    assert system.value("SELECT amount_fen FROM orders WHERE state = 'paid'") == 600


def study_the_first_lesson(page: Page, system: System, learner) -> None:
    """Real keys: skipping is refused, a pop-up asks twice, another tab takes over and back."""
    page.get_by_role("link", name="开始学习").click()
    player = Player(page, system)
    player.play()
    try_to_skip(player)
    player.wait_for_popup()
    answer_wrong_then_right(player)
    take_over_in_another_tab(player, learner)
    player.watch_to_the_end()


def try_to_skip(player: Player) -> None:
    assert player.steal(5) == 403
    # The timeline goes no further than what was released, whatever is asked of it.
    player.video.evaluate("video => { video.currentTime = 11 }")
    wait_until(lambda: player.high_water >= 1, "the clock runs on")
    assert player.steal(5) in (403, 423)
    assert player.high_water < 6
    assert player.progress("finished_at") is None
    player.video.evaluate("video => { video.currentTime = 0 }")


def answer_wrong_then_right(player: Player) -> None:
    gate = player.high_water
    player.answer(right=False)
    expect(player.popup.locator("[data-popup-state]")).to_contain_text("秒")
    assert player.steal(gate) in (403, 423)
    player.wait_for_popup()
    wait_until(player.popup.locator("input").first.is_enabled, "another question is asked")
    player.answer(right=True)
    expect(player.popup).not_to_be_visible()


def take_over_in_another_tab(player: Player, learner) -> None:
    """The second tab takes the lease: it earns nothing extra, and the first can take it back."""
    before = player.high_water
    second_page = learner.new_tab()
    second_page.goto(player.page.url)
    second = Player(second_page, player.system)
    expect(second.page.locator("[data-big]")).to_be_visible()
    take_back = player.page.get_by_role("button", name="在这里继续")
    expect(take_back).to_be_visible(timeout=90_000)
    assert second.high_water <= before + 2
    second_page.close()
    take_back.click()
    wait_until(lambda: not take_back.is_visible(), "the first tab has the lease again")
    if player.video.evaluate("video => video.paused") and not player.is_asking:
        player.page.keyboard.press("k")


def study_the_second_lesson(page: Page, system: System) -> None:
    page.get_by_role("link", name=re.compile("常见故障的处理")).first.click()
    expect(page.get_by_role("heading", name="常见故障的处理")).to_be_visible()
    player = Player(page, system)
    player.play()
    player.watch_to_the_end()


def pass_at_the_second_attempt(page: Page) -> None:
    page.get_by_role("link", name=TITLE).first.click()
    page.get_by_role("link", name="参加考试").click()
    sit_exam(page, right=False)
    expect(page.get_by_text("这次没有合格")).to_be_visible()
    page.get_by_role("link", name="再考一次").click()
    sit_exam(page, right=True)
    expect(page.get_by_text("恭喜，考试合格！")).to_be_visible()


def take_the_certificate(page: Page, folder: Path) -> Path:
    page.get_by_role("link", name="查看证书").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("link", name="下载 PDF").click()
    pdf = folder / "certificate.pdf"
    download.value.save_as(pdf)
    words = read_text(pdf)
    assert world.MAIN.name in words
    assert TITLE in words
    return pdf


def check_it_signed_out(page: Page, pdf: Path) -> None:
    """Anybody with the printed page: the QR code leads to what the platform says of it."""
    page.goto(read_qr(pdf))
    expect(page.get_by_text(TITLE).first).to_be_visible()
    shown = page.get_by_role("main").inner_text()
    assert "有效" in shown
    assert "7.5" in shown
    assert world.MAIN.name not in shown
    assert world.MAIN.name[0] + "*" in shown


def see_the_hours(page: Page, system: System) -> None:
    delivered = (
        "SELECT deliveries.state FROM deliveries JOIN credits ON credits.id = credit_id "
        "JOIN people ON people.id = person_id WHERE username = :name"
    )
    wait_until(
        lambda: system.value(delivered, name=world.MAIN.username) == "acknowledged",
        "the bank acknowledges the hours",
    )
    page.goto("/hourbank/me")
    expect(page.get_by_role("row", name=re.compile(f"{TITLE}.*7.5"))).to_be_visible()
    page.goto("/me/hours")
    expect(page.get_by_role("row", name=re.compile(f"{TITLE}.*7.5.*已入账"))).to_be_visible()
