import pytest

from lms.core.permissions import Role
from tests.factories import OrganizationFactory, PersonFactory, PostFactory
from tests.factories.accounts import PASSWORD


@pytest.fixture
def person(app, clock):
    """A learner with a password."""
    return PersonFactory(password=PASSWORD)


@pytest.fixture
def staff(app, clock):
    """A trainer of a base, with a password."""
    base = OrganizationFactory()
    return PostFactory(
        person=PersonFactory(password=PASSWORD), organization=base, role=Role.TRAINER
    ).person
