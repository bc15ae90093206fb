"""People with valid identity numbers, organizations, posts."""

import datetime as dt
from typing import Any

import factory

from lms.accounts import operations
from lms.accounts.enums import IdentityKind
from lms.accounts.identity import seal_identity_number
from lms.accounts.models import Person, Post
from lms.accounts.rules import resident_check_character
from lms.core.db import db, transaction
from lms.core.permissions import Role
from lms.organizations.models import Division, Organization, OrganizationKind
from tests.factories.base import CommittedFactory, made_at_once

PASSWORD = "correct horse battery"


def identity_number(sequence: int) -> str:
    """A well-formed resident identity number, a different one for each sequence number."""
    birthday = dt.date(1970, 1, 1) + dt.timedelta(days=sequence % 9000)
    first_17 = f"371102{birthday:%Y%m%d}{sequence // 9000:03d}"
    return first_17 + resident_check_character(first_17)


def give_number(person: Person, kind: IdentityKind, number: str) -> None:
    """Give somebody a number as an import may, also one with which nobody registers alone."""
    with transaction():
        for column, value in seal_identity_number(kind, number, person.record_key).items():
            setattr(person, column, value)


def province() -> Division:
    """Shandong, made at first use."""
    found = db.session.get(Division, "370000")
    if found is None:
        found = Division(code="370000", name="山东省", parent_code=None)
        with made_at_once():
            db.session.add(found)
    return found


class OrganizationFactory(CommittedFactory[Organization]):
    class Meta:
        model = Organization

    kind = OrganizationKind.BASE
    name = factory.Sequence(lambda n: f"第{n}继续教育基地")
    division_code = factory.LazyFunction(lambda: province().code)
    parent_id = None


class PersonFactory(CommittedFactory[Person]):
    """`password` is PASSWORD unless given; `identity_number` may be given too."""

    class Meta:
        model = Person

    name = "王小明"
    sequence = factory.Sequence(int)
    unit = None

    @classmethod
    def _create(cls, model_class: type[Person], *args: Any, **kwargs: Any) -> Person:
        sequence = kwargs.pop("sequence")
        kwargs.setdefault("username", f"person{sequence}")
        kwargs.setdefault("identity_number", identity_number(sequence))
        password = kwargs.pop("password", None)
        with transaction():
            person = operations.create_person(password=password, **kwargs)
        return person


class PostFactory(CommittedFactory[Post]):
    class Meta:
        model = Post

    person = factory.SubFactory(PersonFactory)
    organization = factory.SubFactory(OrganizationFactory)
    role = Role.TRAINER
    starts_on = dt.date(2020, 1, 1)
