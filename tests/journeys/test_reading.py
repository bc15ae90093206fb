"""A learner reads an e-textbook in the page, at a desk and on a phone, and finds the place."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import world
from tests.journeys.player import Player
from tests.journeys.system import wait_until
from tests.journeys.test_learning import open_lesson


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_pdf_is_read_searched_and_opened_again_at_its_page(visit, phone):
    reader = visit("reader", phone=phone)
    page = reader.page
    page.goto(f"/courses/{world.FREE}")
    page.goto(page.locator(".book-link").get_attribute("href"))
    pages = page.locator("[data-pdf-pages]")
    expect(pages).not_to_have_text("–", timeout=30_000)
    assert int(pages.inner_text()) > 2
    expect(page.locator(".pdfViewer canvas").first).to_be_visible()
    page.get_by_label("在书中查找").fill("学时")
    page.get_by_label("在书中查找").press("Enter")
    expect(page.locator("[data-pdf-found]")).to_contain_text("共", timeout=30_000)
    page.locator("[data-pdf-page]").fill("3")
    page.locator("[data-pdf-page]").press("Enter")
    expect(page.locator('.page[data-page-number="3"] canvas')).to_be_visible()
    page.reload()
    expect(pages).not_to_have_text("–", timeout=30_000)
    expect(page.locator("[data-pdf-page]")).to_have_value("3")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert reader.troubles == []


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_book_is_read_beside_the_film_which_runs_on(system, visit, phone):
    visitor = visit("beside", phone=phone)
    page = visitor.sign_in(world.BESIDE.username)
    player = open_lesson(page, system, world.FREE) if not phone else resume(page, system)
    player.play()
    page.locator("[data-book-open]").click()
    book = page.frame_locator(".book-frame")
    expect(book.locator(".pdfViewer canvas").first).to_be_visible(timeout=30_000)
    expect(book.locator(".site-header")).to_be_hidden()
    assert page.locator("[data-book-beside]").evaluate("part => part === document.activeElement")
    place = page.locator("[data-player]").bounding_box()
    beside = page.locator("[data-book-beside]").bounding_box()
    assert place is not None
    assert beside is not None
    if phone:
        assert beside["y"] >= place["y"] + place["height"] - 1
    else:
        assert beside["x"] >= place["x"] + place["width"]
        widen(page)
    before = player.seconds
    wait_until(lambda: player.is_asking or player.seconds > before + 0.5, "the film runs on")
    expect(page.locator("[data-overlay]")).not_to_contain_text("另一个页面")
    turn_to(book, "3")
    page.reload()
    expect(book.locator("[data-pdf-page]")).to_have_value("3", timeout=30_000)
    page.locator("[data-book-close]").click()
    expect(page.locator("[data-book-beside]")).to_be_hidden()
    expect(page.locator("[data-book-open]")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert visitor.troubles == []


def resume(page, system):
    """The same learner takes the phone."""
    page.goto(f"/courses/{world.FREE}")
    page.get_by_role("link", name="继续学习").click()
    page.locator(".study-lesson").first.click()
    expect(page).to_have_url(re.compile(r"/lessons/\d+$"))
    return Player(page, system)


def turn_to(book, number):
    number_field = book.locator("[data-pdf-page]")
    number_field.evaluate(
        "(field, number) => { field.value = number; field.dispatchEvent(new Event('change')); }",
        number,
    )
    expect(book.locator(f'.page[data-page-number="{number}"] canvas')).to_be_attached()


def widen(page):
    """The edge between film and book is moved by the arrows."""
    split = page.get_by_role("separator")
    before = page.locator("[data-player]").bounding_box()["width"]
    split.focus()
    page.keyboard.press("ArrowRight")
    expect(split).to_have_attribute("aria-valuenow", "60")
    assert page.locator("[data-player]").bounding_box()["width"] > before
