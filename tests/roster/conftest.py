"""A unit and its manager."""

import pytest

from tests.roster.support import manager_of, unit_named


@pytest.fixture
def unit(app, clock):
    return unit_named()


@pytest.fixture
def manager(unit):
    return manager_of(unit)
