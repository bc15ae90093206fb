"""Codes on paper: who gives them to whom, and the sheet."""

import re

import pytest
from sqlalchemy import select

from lms.accounts.enums import PersonState
from lms.activation.issuing import issue_codes, waiting_people
from lms.activation.models import CodePurpose, OneTimeCode
from lms.activation.operations import prove_code
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotAllowed, NotFound
from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from tests.activation.support import CODE, code_for, make_unit, manager_of
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.factories.accounts import PASSWORD
from tests.security.support import count
from tests.support import sign_in


@pytest.fixture
def unit(app):
    return make_unit()


@pytest.fixture
def manager(unit):
    return manager_of(unit)


def issue(actor, *people):
    with transaction():
        return issue_codes(actor, people)


def proves(person, code):
    with transaction():
        return prove_code(person.username, code).token is not None


def test_codes_are_kept_as_keyed_hashes_only_and_recorded(manager, unit):
    person = PersonFactory(unit=unit)
    code = issue(manager, person)[0].code
    row = db.session.scalars(select(OneTimeCode)).one()
    kept = " ".join(str(value) for value in vars(row).values())
    assert code not in kept
    assert row.purpose is CodePurpose.ACTIVATE
    tag = AuditTag.ACCOUNTS_CODE_ISSUE.value
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == tag)).one()
    assert (event.actor_id, event.organization_id) == (manager.id, unit.id)
    assert code not in str(event.detail)


def test_whoever_has_a_password_gets_a_code_to_reset_it(manager, unit):
    person = PersonFactory(unit=unit, password=PASSWORD)
    assert issue(manager, person)[0].purpose is CodePurpose.RESET


def test_a_new_code_makes_the_old_one_worthless(manager, unit):
    person = PersonFactory(unit=unit)
    old, new = issue(manager, person)[0].code, issue(manager, person)[0].code
    assert not proves(person, old)
    assert proves(person, new)


def test_a_code_is_good_for_thirty_days(manager, unit, clock):
    person = PersonFactory(unit=unit)
    code = issue(manager, person)[0].code
    clock.advance(days=29, hours=23)
    assert proves(person, code)
    clock.advance(hours=1)
    assert not proves(person, code)


def test_nobody_gets_one_from_another_unit(manager, unit):
    stranger = PersonFactory(unit=make_unit())
    for person in (stranger, PersonFactory(unit=None)):
        with pytest.raises(NotFound):
            issue(manager, PersonFactory(unit=unit), person)
    assert count(OneTimeCode) == 0


def test_a_unit_opens_no_account_of_an_officer_above_it(manager, unit):
    officer = PersonFactory(unit=unit, password=PASSWORD)
    PostFactory(person=officer, role=Role.BUREAU_OFFICER)
    with pytest.raises(NotAllowed):
        issue(manager, officer)


def test_a_unit_opens_the_account_of_its_other_manager(manager, unit):
    other = PersonFactory(unit=unit, password=PASSWORD)
    PostFactory(person=other, organization=unit, role=Role.UNIT_MANAGER)
    assert issue(manager, other)


def test_officers_open_no_account_of_the_auditor_beside_them(app):
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU)
    officer = PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person
    auditor = PersonFactory(unit=OrganizationFactory(kind=OrganizationKind.UNIT))
    PostFactory(person=auditor, organization=bureau, role=Role.BUREAU_AUDITOR)
    with pytest.raises(NotAllowed):
        issue(officer, auditor)


def test_nobody_gets_one_from_themselves_nor_a_closed_account(manager, unit):
    manager.unit_id = unit.id
    db.session.commit()
    with pytest.raises(NotAllowed):
        issue(manager, manager)
    with pytest.raises(Invalid):
        issue(manager, PersonFactory(unit=unit, state=PersonState.SUSPENDED))
    with pytest.raises(Invalid):
        issue(manager)


def test_a_unit_prints_those_who_wait_without_a_code_first(manager, unit):
    has_code = PersonFactory(unit=unit)
    waits = PersonFactory(unit=unit)
    PersonFactory(unit=unit, password=PASSWORD)
    PersonFactory(unit=unit, state=PersonState.DECEASED)
    officer = PersonFactory(unit=unit)
    PostFactory(person=officer, role=Role.BUREAU_OFFICER)
    issue(manager, has_code)
    assert waiting_people(manager, unit.id) == [waits, has_code]


def test_the_sheet_shows_each_code_once_and_leads_to_the_page(app, client, manager, unit):
    people = PersonFactory.create_batch(3, unit=unit)
    sign_in(client, manager)
    answer = client.post("/manage/people/codes", data={"unit_id": unit.id})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    codes = CODE.findall(answer.text)
    assert len(set(codes)) == 3
    for person in people:
        assert person.masked_identity in answer.text
    assert "http://127.0.0.1:8000/activate" in answer.text
    drawn = re.search(r'<path d="(M[^"]+)"', answer.text)[1]
    assert len(drawn) > 500
    assert proves(people[0], codes[0])


def test_the_qr_code_of_the_sheet_holds_no_personal_data(app, client, manager, unit):
    first, second = PersonFactory.create_batch(2, unit=unit)
    sign_in(client, manager)
    drawings = set()
    for person in (first, second):
        page = client.post("/manage/people/codes", data={"person_ids": person.id}).text
        drawings.add(re.search(r'<path d="(M[^"]+)"', page)[1])
    assert len(drawings) == 1


def test_the_sheet_of_strangers_is_not_found(client, manager):
    other = make_unit()
    stranger = PersonFactory(unit=other)
    sign_in(client, manager)
    for form in ({"unit_id": other.id}, {"person_ids": stranger.id}, {"unit_id": 10**9}):
        assert client.post("/manage/people/codes", data=form).status_code == 404
    assert client.post("/manage/people/codes", data={}).status_code == 422


def test_a_unit_without_anybody_waiting_is_told_so(client, manager, unit):
    sign_in(client, manager)
    page = client.post("/manage/people/codes", data={"unit_id": unit.id})
    assert (page.status_code, "没有需要激活的人员" in page.text) == (200, True)


def test_a_stranger_kills_no_code_on_paper_by_wrong_tries(manager, unit, clock):
    person = PersonFactory(unit=unit)
    code = issue(manager, person)[0].code
    for _ in range(20):
        assert not proves(person, "ACDEFGHJKM")
        clock.advance(minutes=15)
    assert proves(person, code)


def test_a_wrong_code_stands_in_the_audit_trail(manager, unit):
    person = PersonFactory(unit=unit)
    issue(manager, person)
    proves(person, "ACDEFGHJKM")
    with transaction():
        prove_code("nobody-here", "ACDEFGHJKM")
    tag = AuditTag.ACCOUNTS_CODE_FAIL.value
    query = select(AuditEvent).where(AuditEvent.tag == tag).order_by(AuditEvent.id)
    known, unknown = db.session.scalars(query)
    assert (known.subject, known.organization_id) == (f"person:{person.id}", unit.id)
    assert (unknown.subject, unknown.detail) == ("login:unknown", {})
    assert (known.actor_id, unknown.actor_id) == (None, None)


def test_a_password_chosen_since_overtakes_a_code(app, clock):
    person = PersonFactory(unit=make_unit(), password=PASSWORD)
    code = code_for(person)
    clock.advance(1)
    with transaction():
        person.password_set_at = clock.present
    assert not proves(person, code)
