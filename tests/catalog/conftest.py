"""A trainer with a base and who judges their courses, and a trainer of another base."""

import pytest

from lms.accounts.models import Person
from lms.core.permissions import Role
from lms.organizations.models import OrganizationKind
from tests.factories import OrganizationFactory, PostFactory


@pytest.fixture
def trainer(app) -> Person:
    return PostFactory().person


@pytest.fixture
def stranger(app) -> Person:
    """A trainer of another base."""
    return PostFactory().person


@pytest.fixture
def base(trainer):
    return trainer.posts[0].organization


@pytest.fixture
def manager(base) -> Person:
    """The manager of the trainer's base."""
    return PostFactory(organization=base, role=Role.BASE_MANAGER).person


@pytest.fixture
def officer(app) -> Person:
    """An officer of the bureau of the base's division."""
    bureau = OrganizationFactory(kind=OrganizationKind.BUREAU, name="省人社厅")
    return PostFactory(organization=bureau, role=Role.BUREAU_OFFICER).person


@pytest.fixture
def no_checks(app, monkeypatch):
    """Without what other features ask of a course before it is submitted."""
    monkeypatch.setitem(app.extensions, "publish_checks", [])
