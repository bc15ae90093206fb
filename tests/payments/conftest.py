"""A gateway that notifies over HTTP."""

import pytest

from tests.payments.support import NotifyingGateway


@pytest.fixture
def notifier(app, clock) -> NotifyingGateway:
    return NotifyingGateway(app)
