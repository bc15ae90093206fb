"""Nobody reaches another's records by changing a number in an address.

The addresses come from the route table, so a new route is tried without anybody thinking of it.
"""

import pytest

from lms.core.audit import AuditEvent
from lms.core.permissions import Role
from lms.web.auth import SIGNED_IN, access_of
from tests.factories import PersonFactory, PostFactory
from tests.security.estate import build_estate
from tests.security.support import MUTATING, address_of, count, routes
from tests.support import sign_in

# Courses are open to all, and buying or enrolling makes a record of one's own.
OPEN_RECORDS = {"enrollments.enrol", "payments.place"}


@pytest.fixture
def estate(app, clock):
    return build_estate(app)


def _rules(app, kind):
    return [
        rule
        for rule in routes(app)
        if rule.arguments
        and rule.endpoint not in OPEN_RECORDS
        and getattr(access_of(app, rule.endpoint), "kind", None) == kind
    ]


def _methods(rule):
    return sorted(rule.methods - {"HEAD", "OPTIONS"})


# Well-formed whatever the route wants, so that a refusal is about whose record it is.
BODY = {"nonce": "x", "chosen": [0], "serial": 1}
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
TUS_TYPE = "application/offset+octet-stream"


def _ask(client, rule, method, values):
    is_upload = rule.endpoint.startswith("uploads.")
    upload = {"headers": TUS, "content_type": TUS_TYPE, "data": b"x"}
    sent = upload if is_upload else {"json": BODY}
    with client.open(address_of(rule, **values), method=method, **sent) as answer:
        return answer.status_code


def test_every_argument_of_a_route_is_known_here(app, estate):
    unknown = {
        (rule.rule, name)
        for kind in (SIGNED_IN.kind, "staff")
        for rule in _rules(app, kind)
        for name in rule.arguments - estate.values.keys()
    }
    assert unknown == set()


def test_a_stranger_finds_nothing_of_a_learner(app, client, estate):
    sign_in(client, PersonFactory())
    before = count(AuditEvent)
    reached = [
        (method, rule.rule, status)
        for rule in _rules(app, SIGNED_IN.kind)
        for method in _methods(rule)
        for values in (estate.values, estate.finished())
        if (status := _ask(client, rule, method, values)) != 404
    ]
    assert reached == []
    assert count(AuditEvent) == before


def test_nor_do_staff_who_are_no_learner_of_it(app, client, estate):
    sign_in(client, estate.manager)
    reached = [
        (method, rule.rule, status)
        for rule in _rules(app, SIGNED_IN.kind)
        for method in _methods(rule)
        if (status := _ask(client, rule, method, estate.values)) != 404
    ]
    assert reached == []


def test_the_owner_finds_it_all(app, client, estate):
    sign_in(client, estate.owner)
    missing = [
        (rule.rule, status)
        for rule in _rules(app, SIGNED_IN.kind)
        if "GET" in rule.methods
        and (status := _ask(client, rule, "GET", estate.values)) not in (200, 302)
    ]
    assert missing == []


@pytest.mark.parametrize("role", [Role.BASE_MANAGER, Role.TRAINER, Role.UNIT_MANAGER])
def test_staff_of_another_organization_reach_nothing(app, client, estate, role):
    sign_in(client, PostFactory(role=role).person)
    before = count(AuditEvent)
    reached = [
        (method, rule.rule, status)
        for rule in _rules(app, "staff")
        for method in _methods(rule)
        if (status := _ask(client, rule, method, estate.values)) not in (403, 404)
    ]
    assert reached == []
    assert count(AuditEvent) == before


def test_the_manager_finds_it_all(app, client, estate):
    sign_in(client, estate.manager)
    missing = [
        (rule.rule, status)
        for rule in _rules(app, "staff")
        if "GET" in rule.methods and (status := _ask(client, rule, "GET", estate.values)) != 200
    ]
    assert missing == []


def test_lists_show_nothing_of_others(app, client, estate):
    """Pages without an argument are the twins of those with one: they list the same records."""
    sign_in(client, PersonFactory())
    shown = [
        rule.rule
        for rule in routes(app)
        if not rule.arguments
        and access_of(app, rule.endpoint) == SIGNED_IN
        and "GET" in rule.methods
        and any(
            trace in client.get(rule.rule).get_data(as_text=True)
            for trace in (estate.owner.name, str(estate.values["number"]))
        )
    ]
    assert shown == []


@pytest.mark.parametrize("role", [Role.BASE_MANAGER, Role.UNIT_MANAGER])
def test_staff_lists_show_nothing_of_other_organizations(app, client, estate, role):
    sign_in(client, PostFactory(role=role).person)
    shown = []
    for rule in routes(app):
        access = access_of(app, rule.endpoint)
        if rule.arguments or access is None or access.kind != "staff" or "GET" not in rule.methods:
            continue
        page = client.get(rule.rule).get_data(as_text=True)
        if estate.owner.name in page or str(estate.values["number"]) in page:
            shown.append(rule.rule)
    assert shown == []


def test_the_routes_that_change_things_are_among_those_tried(app):
    tried = [rule for kind in (SIGNED_IN.kind, "staff") for rule in _rules(app, kind)]
    assert sum(bool(rule.methods & MUTATING) for rule in tried) > 20
