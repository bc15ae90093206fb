"""A pytest plugin: one run covers both databases and the browser, and has one summary.

script/test starts three pytest-xdist workers by name. Each collects all tests and keeps its own:
`sqlite` and `postgresql` everything but the journeys, `journeys` those alone. The name of the
worker stands behind each test's name, so that the summary tells where a test failed.
"""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
POSTGRESQL_URL = os.environ.pop("TEST_POSTGRESQL_URL", "") if WORKER else ""

# Before any conftest is read, for it decides the database when it is imported.
if WORKER == "postgresql":
    os.environ["LMS_TEST_DATABASE_URL"] = POSTGRESQL_URL


def _is_journey(item: pytest.Item) -> bool:
    return Path("tests/journeys") in item.path.relative_to(item.config.rootpath).parents


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of this worker and name them after it."""
    if WORKER not in {"sqlite", "postgresql", "journeys"}:
        return
    kept = [item for item in items if _is_journey(item) == (WORKER == "journeys")]
    dropped = [item for item in items if item not in set(kept)]
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Name the worker behind the test."""
    report = yield
    if WORKER:
        report.nodeid = f"{report.nodeid}@{WORKER}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell in the summary which checks failed before the tests."""
    failed = os.environ.get("FAILED_CHECKS", "").split()
    if failed:
        terminalreporter.section("checks before the tests", red=True)
        terminalreporter.line(f"FAILED {', '.join(failed)}: see the top of this output", red=True)
