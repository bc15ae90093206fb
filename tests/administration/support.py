"""What tests of organizations share: officers of bureaus and departments, a unit that registers."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from lms.accounts.enums import IdentityKind
from lms.accounts.models import Person
from lms.accounts.posts import grant_post
from lms.administration.registration import (
    DraftRegistrant,
    Registrant,
    UnitFacts,
    draft_registrant,
)
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.organizations.enums import UnitNature
from lms.organizations.models import Organization
from tests.factories import PersonFactory
from tests.factories.accounts import identity_number
from tests.factories.organizations import credit_code

STRONG = "Haibian-2025-xue"


def holder(role: Role, organization: Organization, **more: Any) -> Person:
    """Somebody new who holds a post in an organization."""
    person = PersonFactory(**more)
    with transaction():
        grant_post(person, organization, role)
    db.session.expire_all()
    return person


def unit_facts(**changes: Any) -> UnitFacts:
    """A unit in 371102 without a department."""
    facts = {
        "name": "日照新帆软件有限公司",
        "credit_code": credit_code(1),
        "nature": UnitNature.ENTERPRISE,
        "division_code": "371102",
        "department_id": None,
        "address": "学苑路 18 号",
        "contact_phone": "0633-2950018",
    }
    return UnitFacts(**{**facts, **changes})


def registrant(**changes: Any) -> DraftRegistrant:
    """Somebody without an account who registers a unit."""
    facts = {
        "name": "徐志远",
        "identity_kind": IdentityKind.RESIDENT,
        "identity_number": identity_number(4001),
        "phone": "13906330001",
        "email": "xu@example.com",
        "password": STRONG,
    }
    return draft_registrant(Registrant(**{**facts, **changes}))


def unit_form(**changes: Any) -> dict[str, Any]:
    """The form of /register/unit as a visitor fills it in."""
    filled = {
        "name": "日照新帆软件有限公司",
        "credit_code": credit_code(1),
        "nature": "enterprise",
        "division_code": ["370000", "371100", "371102"],
        "address": "学苑路 18 号",
        "contact_phone": "0633-2950018",
        "person_name": "徐志远",
        "identity_kind": "resident",
        "identity_number": identity_number(4001),
        "phone": "139 0633 0001",
        "email": "xu@example.com",
        "password": STRONG,
        "repeated": STRONG,
        "agreed": "y",
    }
    return {**filled, **changes}


def in_parallel(app: Flask, number: int, work: Callable[[int], object]) -> list[str]:
    """Run `work(index)` in threads that start together; the name of what each raised, or "ok"."""
    start = threading.Barrier(number)
    outcomes: list[str] = []

    def run(index: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    work(index)
                outcomes.append("ok")
            except Exception as error:
                field = getattr(error, "field", None)
                outcomes.append(
                    f"{type(error).__name__}:{field}" if field else type(error).__name__
                )
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
