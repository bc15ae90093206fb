"""A registered platform that signs its requests."""

import pytest

from tests.hourbank.support import SigningPlatform


@pytest.fixture
def platform(app, clock) -> SigningPlatform:
    return SigningPlatform(app)
