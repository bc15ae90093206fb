from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.factories.accounts import identity_number
from tests.hourbank.support import credit_body
from tests.support import sign_in


def test_person_sees_their_own_ledger_by_year(platform, client):
    person = PersonFactory(identity_number=identity_number(1))
    platform.post("/credits", credit_body(hours="28.5"))
    text = sign_in(client, person).get("/hourbank/me").get_data(as_text=True)
    assert "还差 1.5 学时" in text
    assert "证000001" in text


def test_person_without_hours_is_told_so_and_sees_nobody_elses(platform, client):
    platform.post("/credits", credit_body())
    text = sign_in(client, PersonFactory(identity_number=identity_number(2)))
    page = text.get("/hourbank/me?year=2025").get_data(as_text=True)
    assert "还没有入账的学时" in page
    assert "证000001" not in page


def test_bureau_sees_the_ledger_with_masked_names(platform, client):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    officer = PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person
    platform.post("/credits", credit_body())
    page = sign_in(client, officer).get("/hourbank/ledger").get_data(as_text=True)
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "王**" in main
    assert "王小明" not in main


def test_ledger_is_closed_to_learners(client, app):
    assert sign_in(client, PersonFactory()).get("/hourbank/ledger").status_code == 403
