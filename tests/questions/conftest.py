"""A trainer and the course of their base."""

import pytest

from lms.catalog.models import CourseState
from tests.factories import CourseFactory, PostFactory


@pytest.fixture
def trainer(app):
    return PostFactory().person


@pytest.fixture
def stranger(app):
    """A trainer of another base."""
    return PostFactory().person


@pytest.fixture
def base(trainer):
    return trainer.posts[0].organization


@pytest.fixture
def course(base):
    """A draft."""
    return CourseFactory(base=base, state=CourseState.DRAFT, published_at=None)
