"""Somebody with a browser: a context of their own, its pages, and what went wrong in them."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Route, expect

from tests.journeys.world import PASSWORD

# The gate's refusals are its work; the browser reports each of them as a failed load.
_REFUSALS = re.compile(r"status of (403|409|423|425)")
_GATE = re.compile(r"/(?:keys|pages)/|/learn/\d+/lessons/\d+/(lease|popup|finish)")


def come_late(route: Route) -> None:
    """For Page.route: a script on a slow line, which stands when a careful visitor has acted."""
    route.request.frame.page.wait_for_timeout(1500)
    route.continue_()


class Visitor:
    """One person's browser. `page` is the first tab; `troubles` what its console complained of."""

    def __init__(self, name: str, context: BrowserContext) -> None:
        self.name = name
        self.context = context
        self.troubles: list[str] = []
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        self.page = context.new_page()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        address = urlsplit(message.location.get("url", "")).path
        if _REFUSALS.search(message.text) and _GATE.match(address):
            return
        self.troubles.append(f"{message.type} at {address}: {message.text}")

    def new_tab(self) -> Page:
        """A second tab of the same person."""
        return self.context.new_page()

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        """Sign in as anyone would."""
        page = self.page
        page.goto("/sign-in")
        form = page.locator("main form").filter(has=page.locator("[name=login]"))
        form.locator("[name=login]").fill(username)
        form.locator("[name=password]").fill(password)
        form.locator("[type=submit]").click()
        expect(page).to_have_url("/me")
        return page

    def leave(self, keep_in: Path | None) -> None:
        """Close the browser; keep a picture of each tab and the trace if `keep_in` is given."""
        if keep_in is None:
            self.context.tracing.stop()
        else:
            keep_in.mkdir(parents=True, exist_ok=True)
            for number, page in enumerate(self.context.pages, start=1):
                page.screenshot(path=keep_in / f"{self.name}-{number}.png")
            self.context.tracing.stop(path=keep_in / f"{self.name}.zip")
        self.context.close()
