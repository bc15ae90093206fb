"""A department with its officer, and a learner whom its schemes are for."""

import pytest

from lms.core.db import transaction
from lms.organizations.models import OrganizationKind
from tests.factories import OrganizationFactory, PersonFactory
from tests.factories.accounts import province
from tests.factories.schemes import ENGINEERING
from tests.factories.schemes import officer as make_officer


@pytest.fixture
def officer(app, clock):
    province()
    return make_officer()


@pytest.fixture
def learner(app, clock):
    """An engineer of a unit in the province."""
    unit = OrganizationFactory(kind=OrganizationKind.UNIT)
    person = PersonFactory(unit=unit)
    with transaction():
        person.profession = ENGINEERING
    return person
