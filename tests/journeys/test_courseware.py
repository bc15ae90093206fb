"""A published course is revised from a large film to its publication, while somebody studies it."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from lms.demo_people import PASSWORD as DEMO_PASSWORD
from tests.journeys import world
from tests.journeys.player import Player
from tests.journeys.system import wait_until
from tests.journeys.test_learning import open_lesson, state_of
from tests.journeys.visitor import Visitor

LESSON = "新增案例"
CUES = "WEBVTT\n\n00:00.000 --> 00:02.000\n案例一\n"
TITLE = next(facts.title for facts in world.COURSES if facts.slug == world.REVISED)


@pytest.fixture
def large_film(tmp_path: Path) -> Path:
    """Sixty megabytes in three seconds: noise that nothing compresses."""
    film = tmp_path / f"{LESSON}.mkv"
    noise = "nullsrc=s=1280x720:r=25:d=3,noise=alls=100:allf=t"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", noise, "-c:v", "mjpeg", "-q:v", "2"]
    subprocess.run([*command, str(film)], check=True, stdin=subprocess.DEVNULL)
    assert film.stat().st_size > 60_000_000
    return film


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A hundred questions in GIFT, three of them wrong."""
    blocks = [f"修订第 {n} 题？ {{=对 ~错}}" for n in range(100)]
    blocks[10], blocks[50], blocks[99] = "漏 {=甲 ~乙", "数 {#1..2}", "谈谈 {}"
    file = tmp_path / "questions.txt"
    file.write_text("\n\n".join(blocks), encoding="utf-8")
    return file


def test_a_course_is_revised_while_somebody_studies_it(
    system, visit, large_film, questions, tmp_path
):
    earlier = visit("earlier")
    page = earlier.sign_in(world.EARLIER.username)
    player = open_lesson(page, system, world.REVISED)
    player.play()
    wait_until(lambda: player.high_water >= 1, "a window is released")

    trainer = visit("revising")
    desk = trainer.sign_in("trainer", DEMO_PASSWORD)
    add_a_lesson(desk)
    upload_in_two_halves(desk, large_film)
    add_subtitles(desk, tmp_path)
    import_questions(desk, questions)
    preview(desk)
    submit(desk)
    approve(visit("base").sign_in("base", DEMO_PASSWORD))
    approve(visit("bureau").sign_in("bureau", DEMO_PASSWORD))
    publish(desk)
    assert troubles_besides_the_cut(trainer) == []

    ends_in_the_old_version(system, earlier, player)
    newcomer = visit("newcomer").page
    newcomer.goto(f"/courses/{world.REVISED}")
    expect(newcomer.get_by_text(LESSON).first).to_be_visible()


def add_a_lesson(page: Page) -> None:
    page.goto(f"/manage/courses/{world.REVISED}/lessons")
    page.get_by_label("课时名称").last.fill(LESSON)
    page.get_by_role("button", name="添加课时").click()
    expect(page.get_by_role("heading", name=re.compile(LESSON))).to_be_visible()


def panel_of(page: Page) -> Locator:
    return page.get_by_role("region", name=f"“{LESSON}”的视频")


def upload_in_two_halves(page: Page, film: Path) -> None:
    """The line is cut half way, and only what has not arrived is sent when it is back."""
    half = film.stat().st_size // 2
    sent: list[int] = []

    def cut_half_way(route: Route) -> None:
        request = route.request
        if request.method == "PATCH":
            sent.append(int(request.headers["upload-offset"]))
        if sent and sent[-1] >= half:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/api/v1/uploads/*", cut_half_way)
    panel = panel_of(page)
    panel.locator("input[type=file]").first.set_input_files(film)
    expect(panel.locator("[data-drop-state]")).to_contain_text("网络中断", timeout=60_000)
    assert 50 <= percent_sent(panel) < 100
    page.unroute("**/api/v1/uploads/*")
    with page.expect_request(lambda request: request.method == "PATCH") as first:
        pass
    # Nothing was sent twice but the piece in which the line was cut.
    assert int(first.value.headers["upload-offset"]) == sent[-1]
    watch_the_processing(panel)


def percent_sent(panel: Locator) -> int:
    return int((panel.locator("[data-drop-percent]").inner_text() or "0").rstrip("%") or 0)


def watch_the_processing(panel: Locator) -> None:
    """Its per cent is told, and never runs backwards."""
    ready = panel.locator('[data-video-state="ready"]')
    bar = panel.locator(".video-progress [role=progressbar], .video-progress progress").first
    seen: list[int] = []

    def is_ready() -> bool:
        if ready.is_visible():
            return True
        if bar.is_visible():
            value = bar.evaluate("bar => bar.value ?? bar.getAttribute('aria-valuenow')")
            seen.append(int(float(value)))
        return False

    wait_until(is_ready, "the film is ready")
    assert seen == sorted(seen)


def add_subtitles(page: Page, folder: Path) -> None:
    track = folder / "案例.vtt"
    track.write_text(CUES, encoding="utf-8")
    page.reload()
    panel = panel_of(page)
    panel.locator("summary").filter(has_text="字幕").click()
    panel.get_by_label("字幕文件").set_input_files(track)
    panel.get_by_role("button", name="上传字幕").click()
    expect(panel_of(page).locator(".video-tracks li")).to_have_count(1)


def import_questions(page: Page, file: Path) -> None:
    page.goto(f"/manage/courses/{world.REVISED}/questions/import")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_text("97 道没有问题，3 道需要改正")).to_be_visible()
    page.get_by_role("button", name="导入 97 道题").click()
    expect(page.get_by_text("没有问题的题已经导入")).to_be_visible()


def preview(page: Page) -> None:
    page.goto(f"/manage/courses/{world.REVISED}/lessons")
    page.get_by_role("link", name="以学员身份预览").last.click()
    expect(page.get_by_text("预览 · 不计学时")).to_be_visible()
    page.locator("[data-big]").click()
    video = page.locator("video").first
    wait_until(lambda: video.evaluate("video => video.currentTime") > 0.2, "the preview runs")


def submit(page: Page) -> None:
    page.goto(f"/manage/courses/{world.REVISED}")
    expect(page.get_by_text("有修改尚未发布")).to_be_visible()
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("待基地审核").first).to_be_visible()


def approve(page: Page) -> None:
    page.goto("/manage/reviews")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_text("审核意见已记录")).to_be_visible()


def publish(page: Page) -> None:
    page.reload()
    page.get_by_role("button", name="发布课程").click()
    expect(page.get_by_text("第 2 版自")).to_be_visible()


def ends_in_the_old_version(system, visitor: Visitor, player: Player) -> None:
    """One lesson and the questions of before, though the catalogue has two and a hundred more."""
    page = visitor.page
    page.goto(f"/learn/{player.cycle_id}")
    expect(page.get_by_text("已学完 0 / 1 课")).to_be_visible()
    page.get_by_role("link", name=re.compile("继续学习|开始学习")).first.click()
    expect(page).to_have_url(re.compile(r"/lessons/\d+$"))
    player.play()
    player.watch_to_the_end()
    wait_until(lambda: state_of(system, player.cycle_id) == "completed", "the course is completed")
    assert visitor.troubles == []


def troubles_besides_the_cut(visitor: Visitor) -> list[str]:
    return [trouble for trouble in visitor.troubles if "ERR_INTERNET_DISCONNECTED" not in trouble]
