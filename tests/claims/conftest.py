"""A city for the tests of claims."""

import pytest

from tests.claims import support


@pytest.fixture
def city(app, clock) -> support.City:
    return support.city()
