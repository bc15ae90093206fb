"""A bank to talk to over HTTP, and one that loses, spoils or refuses answers."""

from collections.abc import Iterator

import pytest

from lms.hours.receipts import bank_key_path
from tests.hours.standin import StandIn
from tests.hours.support import ScriptedBank


@pytest.fixture
def bank(app, clock) -> ScriptedBank:
    """The real bank behind HTTP, which a test may tell to misbehave."""
    return ScriptedBank(app)


@pytest.fixture
def stand_in() -> StandIn:
    """A bank whose books a test may look into and change."""
    return StandIn()


@pytest.fixture
def line(app, clock, stand_in) -> Iterator[ScriptedBank]:
    """The way to the stand-in, which a test may cut or spoil."""
    made = ScriptedBank(app, stand_in)
    yield made
    # Other tests talk to the real bank, whose key is pinned anew for them.
    bank_key_path(app.extensions["settings"]).unlink()
