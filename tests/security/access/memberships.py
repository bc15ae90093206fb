"""Records of people and organizations here, by which addresses lead to them."""

import secrets
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.accounts.enums import PersonState
from lms.accounts.models import Person
from lms.accounts.session_models import SignInSession
from lms.accounts.sessions import begin_session
from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.memberships.operations import request_membership
from lms.organizations.models import Organization, OrganizationKind, OrganizationState
from lms.second_factor.models import Passkey
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.roster.support import checked, row, workbook


def make_joiner(unit: Organization) -> tuple[Person, int]:
    """Somebody who has registered to `unit` and waits, and the id of their request."""
    person = PersonFactory(name="待审核", state=PersonState.PENDING)
    with transaction():
        request = request_membership(person, person, unit)
    return person, request.id


def records_of(app: Flask, unit: Organization, manager: Person, owner: Person) -> dict[str, Any]:
    """A record of each kind about `unit` and about `owner`, who belongs to it."""
    colleague = PersonFactory(name="同事乙", unit=unit)
    post = PostFactory(person=colleague, organization=unit, role=Role.UNIT_MANAGER)
    with transaction():
        begin_session(owner)
        passkey = _passkey(owner)
    # One person and one error, so that there is a marked workbook to fetch.
    roster = checked(manager, workbook([row(1), row(2, 手机号码="1")]))
    return {
        "event_id": db.session.scalar(
            select(AuditEvent.id).where(AuditEvent.organization_id == unit.id).limit(1)
        ),
        "import_id": roster.id,
        "organization_id": unit.id,
        "passkey_id": passkey.id,
        "person_id": owner.id,
        "post_id": post.id,
        "session_id": db.session.scalar(
            select(SignInSession.id).where(SignInSession.person_id == owner.id)
        ),
    }


def _passkey(person: Person) -> Passkey:
    passkey = Passkey(
        person_id=person.id,
        name="我的手机",
        credential_id=secrets.token_bytes(16),
        public_key=b"",
        may_be_backed_up=False,
        is_backed_up=False,
    )
    db.session.add(passkey)
    return passkey


def registered_unit(division_code: str, department: Organization) -> Organization:
    """A unit that has registered itself and waits for its department."""
    return OrganizationFactory(
        kind=OrganizationKind.UNIT,
        state=OrganizationState.PENDING,
        name="待审核的单位",
        division_code=division_code,
        parent_id=department.id,
        registered_by_id=PersonFactory(state=PersonState.PENDING).id,
    )
