"""A running system and browsers for the journeys.

LMS_TEST_HEADED=1 shows the browser and slows it down, so that a person can watch.
LMS_TEST_PICTURES=1 takes pictures of all pages of `test_pages.py`. LMS_TEST_LANGUAGE=en starts the
system in English, for those pictures: the journeys that read words need the Chinese ones. What a
failed journey saw is kept in test-results/: a picture and a trace (`playwright show-trace`), with
LMS_TEST_TRACE=1 with every page as it was.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from lms.config import ROOT
from tests.journeys.system import System, running, wait_until
from tests.journeys.visitor import Visitor

RESULTS = ROOT / "test-results"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 800}}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
]
HAS_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    report = yield
    if report.failed:
        item.stash[HAS_FAILED] = True
    return report


@pytest.fixture(scope="package")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The system with its people and published courses; the worker has packaged their films."""
    folder = tmp_path_factory.mktemp("journeys")
    with running(folder, "journeys") as made:
        seed = "tests.journeys.seed"
        made.start_module(seed)
        wait_until(lambda: _is_ready_for_parts(made, seed), "the tables are made")
        made.start("worker", "beat", "web")
        made.finish(seed)
        yield made


def _is_ready_for_parts(system: System, seed: str) -> bool:
    if system.processes[seed].poll():
        system.finish(seed)
    return "ready for parts" in system.log(seed)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    is_headed = os.environ.get("LMS_TEST_HEADED") == "1"
    launched = playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM") or "/usr/bin/chromium",
        headless=not is_headed,
        slow_mo=350 if is_headed else 0,
        args=ARGUMENTS,
    )
    yield launched
    launched.close()


@pytest.fixture
def visit(
    system: System, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visitor]]:
    """`visit("name")` opens a browser of its own for somebody; `phone=True` on a phone, `base_url`
    by another way to the system."""
    visitors: list[Visitor] = []

    def open_browser(name: str, *, phone: bool = False, base_url: str = "") -> Visitor:
        shape = PHONE if phone else DESK
        context = browser.new_context(
            **shape, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=base_url or system.url
        )
        context.set_default_timeout(15_000)
        # Copying every page as it was at every step costs a seventh of all the work.
        context.tracing.start(snapshots=os.environ.get("LMS_TEST_TRACE") == "1")
        visitors.append(Visitor(name, context))
        return visitors[-1]

    yield open_browser
    has_failed = request.node.stash.get(HAS_FAILED, False)
    for visitor in visitors:
        folder = RESULTS / "failed" / request.node.name if has_failed else None
        visitor.leave(folder)
