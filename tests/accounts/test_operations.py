import pytest
from sqlalchemy import select

from lms.accounts import operations, queries, rules
from lms.accounts.identity import IdentityPurpose, read_identity_number
from lms.core.audit import AuditEvent, AuditTag
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Permission, Role
from lms.organizations.models import OrganizationKind
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.factories.accounts import identity_number


@pytest.mark.parametrize(
    ("number", "is_right"),
    [
        ("11010519491231002X", True),
        ("440524188001010014", True),
        ("11010519491231002x", False),
        ("110105194912310021", False),
        ("110105194913310020", False),
        ("11010519491231002", False),
    ],
)
def test_resident_number_needs_form_birthday_and_check_character(number, is_right):
    assert rules.is_resident_number(number) is is_right


def test_identity_number_is_stored_only_encrypted_and_found_by_its_hash(app):
    number = identity_number(7)
    person = PersonFactory(identity_number=number)
    assert number.encode() not in person.identity_cipher
    assert queries.find_person_to_sign_in(number) is person
    assert person.masked_identity == number[:6] + "*" * 8 + number[-4:]


def test_reading_a_whole_identity_number_is_recorded(app):
    number = identity_number(7)
    person = PersonFactory(identity_number=number)
    with transaction():
        assert read_identity_number(person, IdentityPurpose.REVIEW, 12) == number
    tag = AuditTag.ACCOUNTS_IDENTITY_READ.value
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == tag)).one()
    assert (event.actor_id, event.subject) == (12, f"person:{person.id}")


def test_wrong_identity_number_is_refused_at_its_field(app):
    with pytest.raises(Invalid) as refused, transaction():
        operations.create_person(name="王刚", identity_number="123", unit=None)
    assert refused.value.field == "identity_number"


def test_second_account_with_the_same_number_is_refused(app):
    PersonFactory(identity_number=identity_number(1))
    with pytest.raises(Conflict), transaction():
        operations.create_person(name="另一人", identity_number=identity_number(1), unit=None)


def test_a_post_gives_its_permissions_over_what_is_below_and_nothing_else(app):
    department = OrganizationFactory(kind=OrganizationKind.DEPARTMENT)
    unit = OrganizationFactory(kind=OrganizationKind.UNIT, parent_id=department.id)
    stranger = OrganizationFactory(kind=OrganizationKind.UNIT)
    officer = PostFactory(organization=department, role=Role.DEPARTMENT_OFFICER).person
    allowed = db.session.scalars(queries.organizations_with(officer, Permission.PEOPLE_PERSON_READ))
    assert set(allowed) == {department.id, unit.id}
    assert not queries.is_allowed(officer, Permission.PEOPLE_PERSON_READ, stranger.id)
    assert not queries.is_allowed(officer, Permission.CATALOG_COURSE_EDIT, department.id)
