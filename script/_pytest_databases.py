"""A pytest plugin: one run covers both databases and the browser, and has one summary.

script/test starts three pytest-xdist workers by name. Each collects all tests and keeps its own:
`sqlite` and `postgresql` everything but the journeys, `journeys` those alone. What is marked
`no_database` asks no database anything and so runs once. The name of the
worker stands behind each test's name, so that the summary tells where a test failed.
"""

import os
from pathlib import Path

import pytest

WORKERS = {"sqlite", "postgresql", "journeys"}
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
    if WORKER not in WORKERS:
        return
    kept = [item for item in items if _is_journey(item) == (WORKER == "journeys")]
    if WORKER == "postgresql":
        kept = [item for item in kept if item.get_closest_marker("no_database") is None]
    dropped = [item for item in items if item not in set(kept)]
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name the worker behind each test it reports, where the summary is written."""
    node = getattr(report, "node", None)
    if node is not None and node.gateway.id in WORKERS:
        name, bracket, parameters = report.nodeid.partition("[")
        report.nodeid = f"{name}@{node.gateway.id}{bracket}{parameters}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell in the summary which checks failed before the tests."""
    failed = os.environ.get("FAILED_CHECKS", "").split()
    if failed:
        terminalreporter.section("checks before the tests", red=True)
        terminalreporter.line(f"FAILED {', '.join(failed)}: see the top of this output", red=True)
