"""The player and the exam as a learner works them, and what a cheat would try in their console."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.system import System, wait_until
from tests.journeys.world import RIGHT

# A lesson lasts twelve seconds; a busy machine may take several times as long to play it.
LESSON_SECONDS = 90.0


class Player:
    """A lesson's page in one tab."""

    def __init__(self, page: Page, system: System) -> None:
        self.page = page
        self.system = system
        self.video = page.locator("video").first
        self.popup = page.locator("dialog[data-popup]")
        self.done = page.locator("[data-done]")

    @property
    def lesson_id(self) -> int:
        found = re.search(r"/lessons/(\d+)", self.page.url)
        assert found is not None, self.page.url
        return int(found[1])

    @property
    def cycle_id(self) -> int:
        found = re.search(r"/learn/(\d+)", self.page.url)
        assert found is not None, self.page.url
        return int(found[1])

    def play(self) -> None:
        """Press the big button, and see the film run."""
        self.page.locator("[data-big]").click()
        wait_until(lambda: self.seconds > 0.2 or self.is_asking, "the film runs")

    @property
    def seconds(self) -> float:
        """Where the film stands."""
        return float(self.video.evaluate("video => video.currentTime"))

    @property
    def is_asking(self) -> bool:
        return self.popup.evaluate("dialog => dialog.open")

    @property
    def question(self) -> str:
        """The question asked, as the tests know it."""
        shown = self.popup.locator("[data-popup-text]").inner_text()
        return next(text for text in RIGHT if shown.startswith(text))

    def wait_for_popup(self) -> None:
        wait_until(lambda: self.is_asking, "a pop-up opens", LESSON_SECONDS)
        expect(self.popup.locator("input").first).to_be_enabled(timeout=20_000)

    def options(self, *, right: bool) -> list[Locator]:
        """The labels to click for a right answer, or for a wrong one."""
        labels = self.popup.locator("label").filter(has=self.page.locator("input")).all()
        wanted = RIGHT[self.question]
        if right:
            return [label for label in labels if label.inner_text().strip() in wanted]
        return [label for label in labels if label.inner_text().strip() not in wanted][:1]

    def answer(self, *, right: bool = True) -> None:
        """Choose and send."""
        for label in self.options(right=right):
            label.click()
        self.popup.get_by_role("button", name="提交答案").click()

    def watch_to_the_end(self) -> None:
        """Let the film run and answer whatever is asked, until the server says it was watched."""
        wait_until(self._is_finished, "the lesson is finished", LESSON_SECONDS)
        expect(self.done).to_be_visible()

    def _is_finished(self) -> bool:
        if self.is_asking and self.popup.locator("input").first.is_enabled():
            self.answer()
            expect(self.popup).not_to_be_visible()
        return self.progress("finished_at") is not None

    def progress(self, column: str) -> object:
        """What the server knows of this lesson."""
        return self.system.value(
            f"SELECT {column} FROM lesson_progress WHERE cycle_id = :cycle AND lesson_id = :lesson",
            cycle=self.cycle_id,
            lesson=self.lesson_id,
        )

    @property
    def high_water(self) -> int:
        """How many windows the server has released of the lesson in play."""
        sql = (
            "SELECT high_water FROM study_clocks JOIN cycles "
            "ON cycles.person_id = study_clocks.person_id WHERE cycles.id = :id"
        )
        return int(self.system.value(sql, id=self.cycle_id) or 0)

    def steal(self, window: int) -> int:
        """Ask for a key from the console, with all the rights of the page; the status."""
        video = self.system.value(
            "SELECT public_id FROM videos WHERE lesson_id = :id AND state = 'ready'",
            id=self.lesson_id,
        )
        return int(
            self.page.evaluate("url => fetch(url).then(r => r.status)", f"/keys/{video}/{window}")
        )


def sit_exam(page: Page, *, right: bool) -> set[str]:
    """On the exam's page: open the paper, answer everything right or wrong, hand it in.

    Returns the questions of the paper.
    """
    page.get_by_role("main").get_by_role("button", name=re.compile("打开试卷")).click()
    expect(page).to_have_url(re.compile(r"/exams/\d+$"))
    asked = set()
    for question in page.locator(".exam-question").all():
        text = question.locator(".exam-text").inner_text().strip()
        asked.add(text)
        for option in question.locator(".exam-option").all():
            if (option.inner_text().strip() in RIGHT[text]) == right:
                option.click()
                if "multiple" not in (question.get_attribute("data-kind") or ""):
                    break
    expect(page.locator("[data-exam-status]")).to_have_text("已保存")
    page.get_by_role("button", name="交卷").first.click()
    page.get_by_role("dialog").get_by_role("button", name="确定交卷").click()
    expect(page.get_by_role("heading", name=re.compile("考试结果"))).to_be_visible()
    return asked
