"""A paper in the browser: two tabs, two devices, no network; and the blueprint it comes from."""

import re

import pytest
from playwright.sync_api import Page, expect

from lms.core.db import db
from lms.exams import queries
from lms.exams.models import Attempt
from lms.exams.rules import Part, parts_of
from tests.exams.conftest import course, cycle, open_attempt
from tests.factories import PostFactory, QuestionFactory
from tests.journeys.system import wait_until
from tests.journeys.test_question_kinds import kept, open_page, site

__all__ = ["course", "cycle", "open_page", "site"]


@pytest.fixture
def attempt(cycle) -> Attempt:
    """A running paper of three questions with one right option each."""
    return open_attempt(cycle)


@pytest.fixture
def paper(open_page, attempt) -> Page:
    return open_page(attempt.cycle.person, f"/exams/{attempt.id}")


def choose(page: Page, position: int, place: int) -> None:
    page.locator(f"#q{position} .exam-option").nth(place).click()


def chosen(page: Page, position: int) -> list[str]:
    boxes = page.locator(f"#q{position} input:checked")
    return [box.get_attribute("value") for box in boxes.all()]


def saved(attempt: Attempt) -> list[list[int]]:
    """What the server holds, in places as shown."""
    answers = kept(attempt)
    items = db.session.get_one(Attempt, attempt.id).items
    return [
        [item.option_order.index(own) for own in answer]
        for item, answer in zip(items, answers, strict=True)
    ]


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-exam-status]")).to_contain_text(words)


def test_two_tabs_of_one_browser_agree(paper, attempt):
    other = paper.context.new_page()
    other.goto(f"/exams/{attempt.id}")
    choose(paper, 1, 2)
    expect(other.locator("#q1 input").nth(2)).to_be_checked()
    choose(other, 1, 3)
    choose(other, 2, 0)
    expect(paper.locator("#q1 input").nth(3)).to_be_checked()
    expect(paper.locator("[data-answered-count]")).to_have_text("2")
    # Neither falls behind the other's serials: the next answer stands at once.
    choose(paper, 2, 1)
    says(paper, "已保存")
    says(other, "已保存")
    wait_until(lambda: saved(attempt) == [[3], [1], []], "both tabs' answers are kept", 10)
    assert (chosen(other, 1), chosen(other, 2)) == (["3"], ["1"])


def test_of_two_devices_the_later_answer_stands_on_both(paper, open_page, attempt):
    phone = open_page(attempt.cycle.person, f"/exams/{attempt.id}")
    phone.context.set_offline(True)
    choose(phone, 1, 0)
    choose(phone, 2, 0)
    says(phone, "网络中断")
    choose(paper, 1, 2)
    says(paper, "已保存")
    choose(phone, 2, 3)
    phone.context.set_offline(False)
    says(phone, "已保存")
    assert saved(attempt) == [[2], [3], []]
    expect(phone.locator("#q1 input").nth(2)).to_be_checked()
    # The other device takes over what was answered meanwhile as soon as it is looked at.
    paper.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(paper.locator("#q2 input").nth(3)).to_be_checked()


def test_answers_given_without_a_network_outlive_their_tab(paper, attempt):
    context = paper.context
    context.set_offline(True)
    for position, place in ((3, 1), (1, 0), (3, 2)):
        choose(paper, position, place)
    says(paper, "网络中断")
    assert saved(attempt) == [[], [], []]
    paper.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"/exams/{attempt.id}")
    expect(again.locator("#q3 input").nth(2)).to_be_checked()
    says(again, "已保存")
    assert saved(attempt) == [[0], [], [2]]
    assert again.evaluate("Object.keys(localStorage).length") == 0


def test_a_paper_handed_in_without_a_network_is_not_lost(paper, attempt):
    choose(paper, 1, 0)
    says(paper, "已保存")
    paper.context.set_offline(True)
    hand_in(paper)
    says(paper, "网络中断")
    choose(paper, 2, 1)
    paper.context.set_offline(False)
    says(paper, "已保存")
    hand_in(paper)
    expect(paper.get_by_role("heading", name=re.compile("考试结果"))).to_be_visible()
    assert saved(attempt) == [[0], [1], []]


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="交卷").click()
    page.get_by_role("button", name="确定交卷").click()


def test_a_paper_whose_device_slept_asks_the_server_for_the_time(paper, attempt, clock):
    db.session.rollback()
    row = db.session.get_one(Attempt, attempt.id)
    # As the page sees it: its own clock stood still while that of the world went on.
    clock.set(row.deadline_at)
    clock.advance(seconds=-90)
    paper.evaluate("const now = Date.now; Date.now = () => now() + 1_000_000")
    expect(paper.locator("[data-exam-clock]")).to_have_text(re.compile(r"^1:(30|2\d)$"))


def test_blueprint_is_written_by_the_keyboard(open_page, course):
    trainer = PostFactory(organization=course.base).person
    QuestionFactory(course=course, topic="折算规则")
    page = open_page(trainer, f"/manage/courses/{course.slug}/exam")
    line = page.locator("[data-blueprint-line]")
    write(line.nth(0), "一、基础", "2", "10")
    write(line.nth(1), "二、提高", "1", "30")
    line.nth(1).get_by_label("知识点").fill("折算规则")
    total = page.locator("[data-blueprint-sum]")
    expect(total).to_have_text("共 3 题，满分 50 分")
    write(line.nth(2), "三、多余", "5", "1")
    expect(total).to_have_text("共 8 题，满分 55 分")
    line.nth(2).get_by_role("button", name="移除").press("Enter")
    expect(total).to_have_text("共 3 题，满分 50 分")
    line.nth(1).get_by_role("button", name="上移").press("Enter")
    expect(page.locator("[data-blueprint-say]")).to_have_text("第 2 行移到了第 1 行。")
    expect(line.nth(0).get_by_label("大题标题")).to_have_value("二、提高")
    assert page.evaluate("document.activeElement.dataset.way") == "up"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("及格线").press("Enter")
    expect(page.get_by_text("考试设置已保存。")).to_be_visible()
    db.session.rollback()
    assert parts_of(queries.exam_settings(course.id).parts) == (
        Part("single", 1, 30, None, "折算规则", "二、提高"),
        Part("single", 2, 10, None, "", "一、基础"),
    )


def write(line, title: str, count: str, points: str) -> None:
    line.get_by_label("大题标题").fill(title)
    line.get_by_label("题数").fill(count)
    line.get_by_label("每题分值").fill(points)
