"""A pytest plugin: one run covers both databases and the browser, and has one summary.

script/test starts four pytest-xdist workers by name. `sqlite` and `postgresql` run every test that
asks a database; `once` what uses no database or, being the same on both, is marked `no_database`;
`journeys` the journeys, which wait more than they work. The name of the worker stands behind each
test's name, so that the summary tells where a test failed.
"""

import gc
import os
import time
from pathlib import Path

import pytest

WORKERS = {"sqlite", "postgresql", "once", "journeys"}
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
POSTGRESQL_URL = os.environ.pop("TEST_POSTGRESQL_URL", "") if WORKER else ""
JOURNEYS = Path("tests/journeys")
# Where script/_checks.sh writes; only where everything is checked.
CHECKS = Path(os.environ["CHECKS"]) if "CHECKS" in os.environ else None

# Before any conftest is read, for it decides the database when it is imported.
if WORKER == "postgresql":
    os.environ["LMS_TEST_DATABASE_URL"] = POSTGRESQL_URL
elif WORKER in WORKERS:
    # That worker has the most to do, with its server: the others leave it a little more of the
    # machine, so that all end together.
    os.nice(3)
if WORKER in WORKERS:
    # What is loaded and collected now is looked through for garbage once, at the end of it.
    gc.disable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Whether a worker need not even read this path; None leaves it to the others."""
    named = {config.rootpath / argument.partition("::")[0] for argument in config.args}
    if WORKER not in WORKERS or collection_path in named:
        return None
    journeys = config.rootpath / JOURNEYS
    if WORKER != "journeys":
        return True if collection_path == journeys else None
    leads_there = collection_path in (journeys, *journeys.parents)
    return None if leads_there or journeys in collection_path.parents else True


# Fixtures that lead to a database, sooner or later.
DATABASES = {"settings", "new_system"}


def _asks_nothing(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and DATABASES.isdisjoint(item.fixturenames)


def _is_alike(item: pytest.Item) -> bool:
    """Whether the database makes no difference to the test."""
    return bool(item.get_closest_marker("no_database")) or _asks_nothing(item)


def _is_journey(item: pytest.Item) -> bool:
    return JOURNEYS in item.path.relative_to(item.config.rootpath).parents


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of this worker."""
    if WORKER not in WORKERS:
        return
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        (kept if _is_mine(item) else dropped).append(item)
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def _is_mine(item: pytest.Item) -> bool:
    if _is_journey(item):
        return WORKER == "journeys"
    return WORKER == "once" if _is_alike(item) else WORKER in ("sqlite", "postgresql")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What has been collected stays to the end: looking through it for garbage costs a tenth."""
    if WORKER in WORKERS:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name the worker behind each test it reports, where the summary is written."""
    node = getattr(report, "node", None)
    if node is not None and node.gateway.id in WORKERS:
        name, bracket, parameters = report.nodeid.partition("[")
        report.nodeid = f"{name}@{node.gateway.id}{bracket}{parameters}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell in the summary which of the checks beside the tests failed, and what they said."""
    if WORKER or not CHECKS:
        return
    while not (CHECKS / "done").exists():
        time.sleep(0.2)
    failed = CHECKS / "failed"
    if failed.exists():
        terminalreporter.section("checks beside the tests", red=True)
        terminalreporter.line((CHECKS / "output").read_text())
        names = ", ".join(failed.read_text().split())
        terminalreporter.line(f"FAILED {names}: see just above", red=True)
