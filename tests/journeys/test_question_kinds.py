"""Blanks, orders and pairs in a real browser: on a paper, in a pop-up, and as they are written.

The application is served from within the test: films are not needed, and what the server has kept
can be read beside the page.
"""

import re
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest
from playwright.sync_api import Error, Page, expect
from werkzeug.serving import make_server

from lms.core.db import db
from lms.exams.models import Attempt
from lms.questions.kinds import QuestionKind
from lms.questions.models import Question, QuestionUse
from lms.watching.models import WatchedCourse
from tests.exams.conftest import open_attempt
from tests.factories import CourseFactory, CycleFactory, PostFactory, QuestionFactory
from tests.factories.exams import ExamSettingsFactory
from tests.journeys.conftest import PHONE
from tests.journeys.system import wait_until
from tests.support import sign_in
from tests.watching.support import Page as WatchingPage
from tests.watching.support import make_study, watch

TRAITS = ("fill_in", "ordering", "matching")


@pytest.fixture
def site(app):
    """The address of the application, served by threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_page(app, site, browser):
    """`open_page(person, address)` opens a page of somebody on a phone."""
    opened = SimpleNamespace(contexts=[], troubles=[])

    def open_one(person, address: str) -> Page:
        client = sign_in(app.test_client(), person)
        context = browser.new_context(**PHONE, locale="zh-CN", base_url=site)
        cookie = client.get_cookie("xueshi")
        context.add_cookies([{"name": "xueshi", "value": cookie.value, "url": site}])
        context.set_default_timeout(10_000)
        opened.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: opened.troubles.append(str(error)))
        page.on("console", lambda said: _note(opened.troubles, said))
        page.goto(address)
        return page

    yield open_one
    for context in opened.contexts:
        for page in context.pages:
            # The server in this process leaves a file open that nobody fetches to its end.
            with suppress(Error):
                page.wait_for_load_state("networkidle", timeout=3_000)
        context.close()
    assert opened.troubles == []


def _note(troubles, said):
    # No film lies behind the player here, and some tests cut papers off.
    address = said.location.get("url", "")
    if "ERR_INTERNET_DISCONNECTED" in said.text:
        return
    if said.type == "error" and "/media/" not in address and "/answers/" not in address:
        troubles.append(said.text)


@pytest.fixture
def attempt(app):
    """A paper with a question of each kind."""
    course = CourseFactory()
    for trait in TRAITS:
        QuestionFactory(course=course, **{trait: True})
    parts = [{"kind": kind, "difficulty": None, "count": 1, "points": 10} for kind in TRAITS]
    ExamSettingsFactory(course_id=course.id, parts=parts)
    cycle = CycleFactory(course=course)
    db.session.add(WatchedCourse(cycle_id=cycle.id))
    db.session.commit()
    return open_attempt(cycle)


def kept(attempt):
    db.session.rollback()
    return [item.chosen for item in db.session.get(Attempt, attempt.id).items]


def press(page: Page, *texts: str) -> None:
    """Order items by the keyboard alone."""
    for text in texts:
        page.get_by_role("button", name=re.compile(text)).focus()
        page.keyboard.press("Enter")


def test_paper_saves_every_kind_and_shows_it_again(open_page, attempt):
    page = open_page(attempt.cycle.person, f"/exams/{attempt.id}")
    page.get_by_label("第 1 空").fill("九十")
    page.get_by_label("第 2 空").press_sequentially("30", delay=5)
    press(page, "报名", "考试", "学习")
    for left, right in (("公需科目", "三十"), ("专业科目", "九十")):
        choose(page, left, right)
    saved = [["九十", "30"], [0, 2, 1], [0, 2]]
    expect(page.locator("[data-exam-status]")).to_have_text("已保存")
    assert kept(attempt) == saved
    expect(page.locator("[data-answered-count]")).to_have_text("3")
    page.reload()
    expect(page.get_by_label("第 1 空")).to_have_value("九十")
    expect(page.get_by_role("button", name=re.compile("考试"))).to_contain_text("2")
    press(page, "报名")
    expect(page.get_by_role("button", name=re.compile("考试"))).to_contain_text("1")
    page.get_by_role("button", name="重新排序").click()
    expect(page.locator("[data-exam-status]")).to_have_text("已保存")
    assert kept(attempt) == [saved[0], [], saved[2]]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def choose(page: Page, left: str, right: str) -> None:
    select = page.get_by_label(left)
    value = select.locator("option", has_text=right).get_attribute("value")
    select.select_option(value)


def test_formulas_of_a_paper_are_drawn_and_a_wrong_one_stays_readable(open_page, attempt):
    question = attempt.items[1].question
    question.text = r"解 $\frac{1}{2}x = 3$，$$\sum_{n=1}^{9} n$$ 与 $\nonsense{$"
    question.options = [r"$x = 6$", "<b>学习</b>", r"$\href{https://example.org}{x}$"]
    db.session.commit()
    page = open_page(attempt.cycle.person, f"/exams/{attempt.id}")
    shown = page.locator(".exam-question").nth(1)
    expect(shown.locator("legend math mfrac")).to_have_count(1)
    expect(shown.locator('legend math[display="block"]')).to_have_count(1)
    expect(shown.locator("legend")).to_contain_text(r"\nonsense{")
    expect(shown.get_by_role("button").locator("math")).to_have_count(2)
    expect(shown.locator("a[href]")).to_have_count(0)
    expect(shown.get_by_text("<b>学习</b>")).to_be_visible()
    assert page.locator("[style]").count() == 0


def test_what_is_typed_as_the_paper_is_handed_in_is_not_lost(open_page, attempt):
    page = open_page(attempt.cycle.person, f"/exams/{attempt.id}")
    page.get_by_label("第 1 空").fill("九十")
    page.get_by_role("button", name="交卷").click()
    page.get_by_role("button", name="确定交卷").click()
    expect(page.get_by_role("heading", name=re.compile("考试结果"))).to_be_visible()
    assert kept(attempt)[0] == ["九十", ""]


def test_answers_given_without_a_network_survive_a_reload(open_page, attempt):
    page = open_page(attempt.cycle.person, f"/exams/{attempt.id}")
    page.route("**/answers/*", lambda route: route.fulfill(status=503, body=""))
    page.get_by_label("第 2 空").fill("30")
    press(page, "学习", "报名")
    choose(page, "专业科目", "六十")
    assert kept(attempt) == [[], [], []]
    page.unroute("**/answers/*")
    page.reload()
    given = [["", "30"], [1, 0], [None, 1]]
    # Sent by the page of before or by the one of after: the network came back between the two.
    wait_until(lambda: kept(attempt) == given, "the answers are kept", 15)


POPUP = """async (popup) => {
  const { Popup } = await import('/static/js/player/popup.js');
  const server = {
    untilReached: (ask) => ask(),
    popup: async () => ({ ok: true, status: 200, body: { popup: window.done ? null : popup } }),
    answer: async (nonce, chosen) => {
      window.done = chosen;
      return { ok: true, status: 200, body: { right: true, wait_seconds: 0, back_to: null } };
    },
  };
  const notices = { offline() {}, early() {}, say() {} };
  const words = { answerFirst: '请先答完这道题，再提交。' };
  new Popup(document.querySelector('[data-player]'), server, words, notices).run();
}"""


@pytest.mark.parametrize("trait", TRAITS)
def test_popup_is_answered_by_the_keyboard(app, clock, open_page, trait):
    cycle = make_study()
    QuestionFactory(course=cycle.course, use=QuestionUse.POPUP, **{trait: True})
    watching = WatchingPage.of(app, cycle).set_gates(2)
    watch(watching, clock, range(2))
    asked = watching.popup()
    page = open_page(cycle.person, f"/learn/{cycle.id}/lessons/{cycle.course.lessons[0].id}")
    page.evaluate(POPUP, asked)
    dialog = page.get_by_role("dialog", name="课堂弹题")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    dialog.get_by_role("button", name="提交答案").click()
    expect(dialog.locator("[data-popup-state]")).to_have_text("请先答完这道题，再提交。")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expected = ANSWER[trait](dialog, asked)
    assert dialog.evaluate("dialog => dialog.scrollWidth") <= 390
    dialog.get_by_role("button", name="提交答案").press("Enter")
    expect(dialog).not_to_be_visible()
    assert page.evaluate("window.done") == expected


def fill(dialog, asked):
    dialog.get_by_label("第 1 空").press_sequentially("90")
    dialog.get_by_label("第 2 空").press_sequentially("30")
    return ["90", "30"]


def order(dialog, asked):
    items = ["报名", "学习", "考试"]
    for item in items:
        dialog.get_by_role("button", name=re.compile(item)).press("Space")
    assert "第 3 位：考试" in dialog.locator("[data-order-say]").inner_text()
    return [asked["options"].index(item) for item in items]


def match(dialog, asked):
    for left, right in (("公需科目", "三十"), ("专业科目", "六十")):
        choose(dialog, left, right)
    return [asked["options"].index(right) for right in ("三十", "六十")]


ANSWER = {"fill_in": fill, "ordering": order, "matching": match}


def test_trainer_writes_every_kind(app, open_page):
    post = PostFactory()
    course = CourseFactory(base=post.organization)
    home = f"/manage/courses/{course.slug}/questions/new?kind="
    page = open_page(post.person, f"{home}fill_in")
    page.get_by_label("题干").fill("每年____学时，公需科目____学时")
    page.get_by_label("第 1 空").fill("90\n九十")
    page.get_by_role("button", name="再加一个空").click()
    page.get_by_label("第 2 空").fill("30")
    page.get_by_role("button", name="保存，接着写下一道").click()
    expect(page.get_by_text(re.compile("已添加"))).to_be_visible()
    page.goto(f"{home}ordering")
    page.get_by_label("题干").fill("按先后排列")
    for number, text in enumerate(("报名", "学习", "考试"), start=1):
        page.get_by_label(f"第 {number} 位").fill(text)
    page.get_by_role("button", name="保存，接着写下一道").click()
    expect(page.get_by_text(re.compile("已添加"))).to_be_visible()
    page.goto(f"{home}matching")
    page.get_by_label("题干").fill("对应的学时")
    for number, pair in enumerate((("公需", "三十"), ("专业", "六十")), start=1):
        page.get_by_label(f"第 {number} 对的左项").fill(pair[0])
        page.get_by_label(f"第 {number} 对的右项").fill(pair[1])
    page.get_by_label("干扰项 1").fill("九十")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="保存，接着写下一道").click()
    expect(page.get_by_text(re.compile("已添加"))).to_be_visible()
    db.session.rollback()
    blanks, ordered, matched = db.session.query(Question).order_by(Question.id)
    assert blanks.answer == [["90", "九十"], ["30"]]
    assert (ordered.kind, ordered.options) == (QuestionKind.ORDERING, ["报名", "学习", "考试"])
    assert matched.options == [["公需", "三十"], ["专业", "六十"], ["", "九十"]]
