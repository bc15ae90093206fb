"""Lists are the twins of the pages they lead to: they show nothing of others' records.

Who reaches which record by its address is the matter of tests/security/access.
"""

import pytest

from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from lms.web.auth import SIGNED_IN, access_of
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.security.estate import build_estate
from tests.security.support import routes
from tests.support import sign_in


@pytest.fixture
def estate(app, clock):
    return build_estate(app)


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
            trace.encode() in client.get(rule.rule).get_data()
            for trace in (estate.owner.name, str(estate.values["number"]))
        )
    ]
    assert shown == []


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (OrganizationKind.BASE, Role.BASE_MANAGER),
        (OrganizationKind.UNIT, Role.UNIT_MANAGER),
    ],
)
def test_staff_lists_show_nothing_of_other_organizations(app, client, estate, kind, role):
    post = PostFactory(role=role, organization=OrganizationFactory(kind=kind))
    sign_in(client, post.person)
    shown = []
    for rule in routes(app):
        access = access_of(app, rule.endpoint)
        if rule.arguments or access is None or access.kind != "staff" or "GET" not in rule.methods:
            continue
        page = client.get(rule.rule).get_data()
        traces = (estate.owner.name, str(estate.values["number"]))
        if any(trace.encode() in page for trace in traces):
            shown.append(rule.rule)
    assert shown == []
