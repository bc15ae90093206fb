import pytest

from lms.core.db import db
from lms.core.permissions import Role
from lms.organizations.divisions import SHANDONG, load_divisions
from lms.organizations.models import OrganizationKind
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.support import sign_in

HUGE = "9" * 20
# What int() takes for a number, though no key column holds it.
ODD = [f"-{HUGE}", f"+{HUGE}", f" {HUGE} ", "_".join(HUGE), "9" * 11, "-1", "9" * 5000]
NAMES = ("after", "before", "parent", "year", "organization", "unit", "actor", "page")


@pytest.mark.parametrize("address", [f"/learn/{HUGE}", f"/exams/{HUGE}", f"/me/hours/{HUGE}"])
def test_number_that_fits_no_column_is_not_found(client, address):
    assert sign_in(client, PersonFactory()).get(address).status_code == 404


@pytest.mark.parametrize(
    "address", [f"/courses?after={HUGE}", f"/courses?year={HUGE}", "/courses?q=%00", "/courses/%00"]
)
def test_what_no_database_takes_is_refused_before_it_gets_there(client, address):
    assert client.get(address).status_code == 400


def test_nul_in_a_form_is_refused(client):
    answer = client.post("/sign-in", data={"login": "a\0b", "password": "x"})
    assert answer.status_code == 400


def test_very_long_search_is_answered(client):
    assert client.get("/courses?q=" + "+".join(["学时"] * 1000)).status_code == 200


def _officer(client):
    """Somebody with every post that may be held with others, signed in."""
    officer = PersonFactory()
    for kind, role in [
        (OrganizationKind.BASE, Role.BASE_MANAGER),
        (OrganizationKind.BUREAU, Role.BUREAU_OFFICER),
        (OrganizationKind.UNIT, Role.UNIT_MANAGER),
    ]:
        PostFactory(person=officer, organization=OrganizationFactory(kind=kind), role=role)
    return sign_in(client, officer)


def _auditor(client):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    return sign_in(client, PostFactory(organization=bureau, role=Role.BUREAU_AUDITOR).person)


@pytest.mark.parametrize("sign_in_staff", [_officer, _auditor])
def test_odd_numbers_in_addresses_of_lists_are_no_server_error(app, client, sign_in_staff):
    load_divisions(SHANDONG)
    db.session.commit()
    staff = sign_in_staff(client)
    lists = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments and "healthz" not in rule.rule
    ]
    assert "/manage/people/requests" in lists
    broken = [
        (address, value[:12])
        for address in lists
        for value in ODD
        if staff.get(address, query_string=dict.fromkeys(NAMES, value)).status_code >= 500
    ]
    assert broken == []


@pytest.mark.parametrize("number", ODD)
@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/manage/people/codes", "unit_id"),
        ("/manage/people/codes", "person_ids"),
        ("/manage/people/requests/approve", "request_ids"),
    ],
)
def test_odd_numbers_in_forms_are_no_server_error(client, address, field, number):
    assert _officer(client).post(address, data={field: number}).status_code < 500
