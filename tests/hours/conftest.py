"""A bank to talk to over HTTP, and one that loses, spoils or refuses answers."""

import pytest

from tests.hours.support import ScriptedBank


@pytest.fixture
def bank(app, clock) -> ScriptedBank:
    """The real bank behind HTTP, which a test may tell to misbehave."""
    return ScriptedBank(app)
