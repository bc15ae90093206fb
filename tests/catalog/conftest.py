"""A trainer with a base, and one of another base."""

import pytest

from lms.accounts.models import Person
from tests.factories import PostFactory


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
