"""A school, its manager, and the manager's browser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.organizations.models import Organization
from tests.factories import PersonFactory
from tests.memberships.support import manager_of, officer, unit
from tests.support import sign_in


@pytest.fixture
def school(app: Flask) -> Organization:
    return unit(name="日照市第一中学")


@pytest.fixture
def manager(school: Organization) -> Person:
    return manager_of(school)


@pytest.fixture
def staff_client(app: Flask, client: FlaskClient, manager: Person) -> FlaskClient:
    return sign_in(client, manager)


@pytest.fixture
def clerk(app: Flask) -> Person:
    return officer()


@pytest.fixture
def pair(app: Flask) -> tuple[Person, Person]:
    school = unit()
    return PersonFactory(unit=school), PersonFactory(unit=school)
