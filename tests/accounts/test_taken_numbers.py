"""Whether a number is registered is told seldom, whatever form is asked."""

import pytest

from lms.accounts import taken_numbers
from lms.web.limits import limiter
from tests.administration.support import unit_form
from tests.factories import PersonFactory
from tests.factories import organizations as make


@pytest.fixture
def limited(app, monkeypatch):
    monkeypatch.setattr(taken_numbers, "MOST_TOLD", "2/hour")
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    yield
    limiter.reset()


def test_nobody_goes_through_a_list_of_numbers_by_registering_units(limited, client, clock):
    make.some_divisions()
    PersonFactory(identity_number=unit_form()["identity_number"])
    wrong = unit_form(credit_code="")
    assert [_register(client, wrong) for _ in range(3)] == [422] * 3
    assert [_register(client, unit_form()) for _ in range(3)] == [422, 422, 429]
    assert client.post("/register", data={}).status_code == 429


def _register(client, form):
    return client.post("/register/unit", data=form).status_code
