"""Systems whose parts are killed."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.system import System, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and "new_system" in item.fixturenames:
            item.add_marker(pytest.mark.fault)


@pytest.fixture
def new_system(tmp_path: Path) -> Iterator[Callable[..., System]]:
    """`new_system(**settings)` makes an empty installation, ended with the test.

    A second one in the same test has a name: `new_system(name="bank", …)`.
    """
    with ExitStack() as stack:

        def make(name: str = "faults", **settings: object) -> System:
            worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
            folder = tmp_path / name
            folder.mkdir()
            database = f"{name}_{worker}"
            return stack.enter_context(running(folder, database, is_loaded=True, **settings))

        yield make
