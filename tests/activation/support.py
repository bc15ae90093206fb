"""What tests of codes share: a unit with its manager, codes, and what was sent."""

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from flask import Flask

from lms.accounts.models import Person
from lms.activation.issuing import issue_codes
from lms.core.db import transaction
from lms.core.permissions import Role
from lms.organizations.models import Organization, OrganizationKind
from tests.factories import OrganizationFactory, PersonFactory, PostFactory

CODE = re.compile(r"\b[A-Z0-9]{5}-[A-Z0-9]{5}\b")
NEW = "quiet maple lantern"


def make_unit() -> Organization:
    return OrganizationFactory(kind=OrganizationKind.UNIT)


def manager_of(unit: Organization) -> Person:
    return PostFactory(organization=unit, role=Role.UNIT_MANAGER).person


def code_for(person: Person) -> str:
    """A code on paper from the manager of the person's unit."""
    with transaction():
        return issue_codes(manager_of(person.unit), [person])[0].code


def imported(**columns: object) -> Person:
    """Somebody of a unit who has no password yet."""
    return PersonFactory(unit=make_unit(), **columns)


def outbox(app: Flask, name: str) -> list[Path]:
    """The messages written into files, the oldest first."""
    folder = Path(app.extensions["settings"].var_dir) / name
    return sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)


def last_mail(app: Flask) -> str:
    """The text of the last mail, its recipient above it."""
    message = message_from_bytes(outbox(app, "mail")[-1].read_bytes(), policy=default)
    return f"{message['To']}\n{message.get_content()}"
