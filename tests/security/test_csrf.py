"""Nothing changes without the page's own token, except where a signature takes its place."""

import pytest

from lms.web.auth import TOKEN, access_of
from tests.factories import PersonFactory, PostFactory
from tests.security.support import MUTATING, address_of, routes
from tests.support import sign_in


@pytest.fixture
def guarded(app):
    """The application with the forgery check on, as in production."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def _let_through(app, client) -> list[tuple[str, str, int]]:
    passed = []
    for rule in routes(app):
        if access_of(app, rule.endpoint) == TOKEN:
            continue
        for method in sorted(rule.methods & MUTATING):
            answer = client.open(
                address_of(rule), method=method, headers={"Accept": "application/json"}
            )
            if answer.status_code != 400 or answer.json["code"] != "page-expired":
                passed.append((method, rule.rule, answer.status_code))
    return passed


def test_no_route_changes_anything_without_the_token(guarded, client):
    sign_in(client, PersonFactory())
    assert _let_through(guarded, client) == []


def test_not_for_staff_either(guarded, client):
    sign_in(client, PostFactory().person)
    assert _let_through(guarded, client) == []


def test_a_token_of_another_session_does_not_help(guarded, client):
    stranger = guarded.test_client()
    page = stranger.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    answer = client.post(
        "/sign-in",
        data={"csrf_token": token, "login": "x", "password": "x"},
        headers={"Accept": "application/json"},
    )
    assert (answer.status_code, answer.json["code"]) == (400, "page-expired")


def test_the_check_is_on_unless_a_test_turns_it_off(app):
    signed = ("hourbank_api.", "statements_api.", "watching.", "payments")
    unchecked = {
        rule.endpoint
        for rule in routes(app)
        if rule.methods & MUTATING and access_of(app, rule.endpoint) == TOKEN
    }
    assert all(name.startswith(signed) for name in unchecked)
