"""A learner reads an e-textbook in the page, at a desk and on a phone, and finds the place."""

import pytest
from playwright.sync_api import expect

from tests.journeys import world


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
