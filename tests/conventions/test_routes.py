"""Every route says who may open it, and keeps to it."""

import inspect

from lms.web.auth import OPEN, TOKEN, access_of
from tests.factories import PersonFactory
from tests.support import sign_in


def _endpoints(app):
    return sorted({rule.endpoint for rule in app.url_map.iter_rules()} - {"static"})


def test_every_route_declares_who_may_open_it(app):
    silent = [endpoint for endpoint in _endpoints(app) if access_of(app, endpoint) is None]
    assert silent == []


def _address(rule):
    values = dict.fromkeys(rule.arguments, "1")
    return rule.build(values, append_unknown=False)[1]


def test_a_guest_gets_no_further_than_the_sign_in_page_on_closed_routes(app, client):
    let_in = []
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint) if rule.endpoint != "static" else OPEN
        if access in (OPEN, TOKEN):
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = client.open(_address(rule), method=method, headers={"Accept": "text/html"})
            if answer.status_code != 302 or "/sign-in" not in answer.headers["Location"]:
                let_in.append((method, rule.rule, answer.status_code))
    assert let_in == []


def test_a_learner_without_a_post_opens_no_staff_page(app, client):
    sign_in(client, PersonFactory())
    let_in = []
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint) if rule.endpoint != "static" else OPEN
        if access is None or access.kind != "staff":
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answer = client.open(_address(rule), method=method)
            if answer.status_code != 403:
                let_in.append((method, rule.rule, answer.status_code))
    assert let_in == []


def test_nothing_changes_by_get(app):
    """A route that takes POST alone must not also take GET; forms that take both are named here."""
    both = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if {"GET", "POST"} <= rule.methods and rule.endpoint != "static"
    }
    for endpoint in both:
        source = app.view_functions[endpoint]
        assert "validate_on_submit" in _names(source), endpoint


def _names(view):
    """The names a view uses, by itself or in the helpers of its module that it calls."""
    view = inspect.unwrap(view)
    own = set(view.__code__.co_names)
    helpers = (view.__globals__.get(name) for name in own)
    return own.union(*(h.__code__.co_names for h in helpers if inspect.isfunction(h)))
